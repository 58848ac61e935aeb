// Behaviour that every page shares: toasts, the confirmation modal, unsaved changes, focus after a partial answer.
(() => {
  const showToasts = (root) =>
    root.querySelectorAll(".toast:not(.shown)").forEach((toast) => {
      toast.classList.add("shown");
      bootstrap.Toast.getOrCreateInstance(toast).show();
    });

  // An answer may carry toasts as an out-of-band swap into #toasts.
  document.addEventListener("htmx:afterSettle", () => showToasts(document));

  const sayProblem = (text) => {
    const toast = document.createElement("div");
    toast.className = "toast text-bg-danger";
    toast.setAttribute("role", "alert");
    const body = document.createElement("div");
    body.className = "toast-body";
    body.textContent = text;
    toast.append(body);
    document.getElementById("toasts").append(toast);
    showToasts(document);
  };
  document.addEventListener("htmx:sendError", () => sayProblem("Bursar cannot be reached. Check the network and try again."));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 403) sayProblem("Your role does not allow this.");
    else if (status >= 500) sayProblem("Something went wrong. Nothing was posted twice; please try again.");
  });
  // A form that was refused comes back with 422 and its errors: show it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  // <button data-confirm-url="…" data-confirm-title="…" data-confirm-text="…" data-confirm-button="…">
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-confirm-url]");
    if (!button) return;
    const modal = document.getElementById("confirm");
    modal.querySelector("form").action = button.dataset.confirmUrl;
    modal.querySelector("#confirm-title").textContent = button.dataset.confirmTitle;
    modal.querySelector("#confirm-text").textContent = button.dataset.confirmText;
    modal.querySelector("#confirm-button").textContent = button.dataset.confirmButton || "Confirm";
    bootstrap.Modal.getOrCreateInstance(modal).show();
  });

  // <form data-warn-unsaved>: leaving with changes asks first (rule 23).
  let unsaved = false;
  const changed = (event) => {
    const form = event.target.closest("form[data-warn-unsaved]");
    if (!form) return;
    unsaved = true;
    form.querySelectorAll("[data-unsaved-note]").forEach((note) => note.removeAttribute("hidden"));
  };
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("bursar:changed", changed);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-warn-unsaved]")) unsaved = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });

  // <button data-copy="#id">: copy the text of an element that is shown once.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    button.textContent = "Copied";
  });

  showToasts(document);
})();
