// A sign-in link carries its secret behind the "#", which browsers send to nobody: it goes from there into the form,
// and out of the address, so that neither the history nor who looks over a shoulder has it.

const field = document.querySelector("[data-link-code]");

function take() {
  const code = location.hash.slice(1);
  if (!code) return;
  history.replaceState(null, "", location.pathname);
  field.value = code;
  field.closest("[data-link-typed]").hidden = true;
}

addEventListener("hashchange", take);
take();
