// Grids: tick a page, count what is ticked, edit in place with the keyboard. Everything works without it, as forms.
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

  // A cell is edited in place: Esc goes back, and the cursor returns to the cell, whatever came of it.
  const editorOf = (node) => node instanceof Element && node.closest("form.grid-editor[data-opened-by]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest?.("details.grid-menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    editorOf(event.target)?.querySelector("[data-cancel]").click();
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.grid-menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  let left = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const editor = event.detail.target.matches("tr") && event.detail.target.querySelector("form.grid-editor[data-opened-by]");
    left = editor ? editor.dataset.openedBy : null;
    // Somebody else saved meanwhile: the answer is the row with both values.
    if (event.detail.xhr.status === 409 && event.detail.target.matches("tr")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener("htmx:afterSettle", () => {
    const link = left && document.getElementById(left);
    if (link) link.focus();
    left = null;
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
