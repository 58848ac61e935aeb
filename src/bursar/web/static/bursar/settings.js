// Settings forms: what one row uses the others do not offer, sub-categories follow their category, and a form that
// came back unsaved warns before it is left. The tab that is open is in sight on a narrow window.
(() => {
  const leaveOnce = (rows) => {
    const selects = [...rows.querySelectorAll("select[data-left]")];
    const used = new Set(selects.map((select) => select.value).filter(Boolean));
    for (const select of selects)
      for (const option of select.options) option.disabled = option.value !== select.value && used.has(option.value);
  };

  const followCategory = (grid) => {
    const [category, subcategory] = grid.querySelectorAll("select");
    const chosen = category.value ? category.selectedOptions[0].text : "";
    for (const group of subcategory.querySelectorAll("optgroup")) group.disabled = group.hidden = group.label !== chosen;
  };

  const changed = (form) => form.dispatchEvent(new Event("bursar:changed", { bubbles: true }));

  document.addEventListener("change", (event) => {
    const rows = event.target.closest("[data-once]");
    if (rows) leaveOnce(rows);
    const grid = event.target.closest("[data-category-filter]");
    if (!grid) return;
    followCategory(grid);
    const [category, subcategory] = grid.querySelectorAll("select");
    const group = subcategory.selectedOptions[0]?.closest("optgroup");
    if (event.target === category && group?.disabled) subcategory.value = "";
  });

  // Adding, moving and removing a row changes the form; the button says so.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("[data-edits]")) changed(event.target.closest("form"));
  });

  const prepare = () => {
    document.querySelectorAll("[data-category-filter]").forEach(followCategory);
    document.querySelectorAll("form[data-edited]").forEach(changed);
  };
  document.addEventListener("htmx:afterSettle", prepare);
  prepare();

  const tabs = document.querySelector(".settings-tabs");
  const open = tabs?.querySelector(".active");
  if (open) tabs.scrollLeft = open.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - open.offsetWidth) / 2;
})();
