// Grids: tick a page, count what is ticked, and put the cursor into the search of a picker. Forms work without it.
(() => {
  const ticks = () => [...document.querySelectorAll('input[name="row"][form="grid-bulk"]')];

  const count = () => {
    const said = document.querySelector("[data-grid-count]");
    if (!said) return;
    const everything = document.getElementById("grid-everything").checked;
    const number = ticks().filter((tick) => tick.checked).length;
    said.textContent = everything ? "All selected, on every page" : number ? `${number} selected` : "Nothing selected";
    const page = document.querySelector("[data-grid-page]");
    page.checked = number > 0 && number === ticks().length;
    page.indeterminate = number > 0 && number < ticks().length;
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-grid-page]")) ticks().forEach((tick) => (tick.checked = event.target.checked));
    if (event.target.matches('[data-grid-page], #grid-everything, input[name="row"][form="grid-bulk"]')) count();
  });
  document.addEventListener("htmx:afterSettle", count);
  window.addEventListener("pageshow", count);

  // The search field keeps the cursor while its list is replaced around it.
  let typed = null;
  document.addEventListener("htmx:beforeSwap", () => {
    const field = document.activeElement;
    typed = field && field.id && field.type === "search" ? { id: field.id, text: field.value, at: field.selectionStart } : null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const field = typed && document.getElementById(typed.id);
    if (!field) return;
    field.value = typed.text;
    field.focus();
    field.setSelectionRange(typed.at, typed.at);
  });

  // A picker opens with the cursor in its search.
  const toSearch = (dialog) => dialog.querySelector('input[type="search"]')?.focus();
  document.addEventListener("shown.bs.modal", (event) => toSearch(event.target));
  document.addEventListener("htmx:afterSettle", (event) => {
    const dialog = event.target.closest?.(".modal.show");
    if (dialog && !dialog.contains(document.activeElement.closest("form"))) toSearch(dialog);
  });
  // What the last one held is not shown again while the next one is loaded.
  document.addEventListener("show.bs.modal", (event) => {
    const body = event.target.querySelector("[data-picker-body]");
    if (body) body.textContent = "Loading …";
  });
})();
