// Warns before leaving with text that is not saved.

/** Call the answer once something was written. */
export function guardLeaving(form) {
  let isUnsaved = false;
  form.addEventListener("submit", () => (isUnsaved = false));
  window.addEventListener("beforeunload", (event) => {
    if (!isUnsaved) return;
    event.preventDefault();
    event.returnValue = ""; // older browsers
  });
  return () => (isUnsaved = true);
}
