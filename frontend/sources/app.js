// Comforts for people with script: keyboard, menus, theme without a reload, times in the reader's zone.
// Everything here has a way without it.

const root = document.documentElement;

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

function rows() {
  return [...document.querySelectorAll("[data-open]")].filter((link) => link.offsetParent !== null);
}

function moveRow(step) {
  const links = rows();
  if (links.length === 0) return;
  const at = links.findIndex((link) => link.closest("tr, li")?.contains(document.activeElement));
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1);
  links[next].focus();
  links[next].scrollIntoView({ block: "nearest" });
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

function focusSearch() {
  const field = document.querySelector("#global-q") ?? document.querySelector("input[type=search]");
  field?.focus();
  field?.select();
}

let goTo = false;

function goWhere(key) {
  goTo = false;
  document.querySelector(`[data-go="${CSS.escape(key)}"]`)?.click();
}

const keys = {
  "/": focusSearch,
  j: () => moveRow(1),
  k: () => moveRow(-1),
  ArrowDown: () => moveRow(1),
  ArrowUp: () => moveRow(-1),
  g: () => {
    goTo = true;
    setTimeout(() => (goTo = false), 1200);
  },
};

function inList(event) {
  return document.activeElement?.closest("[data-open]") !== null;
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return onEscape(event);
  if (isTyping(event.target)) return;
  if (goTo) return goWhere(event.key);
  if (event.key.startsWith("Arrow") && !inList(event)) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

function onEscape(event) {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  closeSearch();
}

// The panel with results under the search field.

function panel() {
  return document.querySelector("#search-panel");
}

function closeSearch() {
  panel()?.replaceChildren();
}

function onSearchKey(event) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const stops = [document.querySelector("#global-q"), ...document.querySelectorAll("#search-panel a")];
  const at = stops.indexOf(document.activeElement);
  if (at < 0 || stops.length < 2) return;
  event.preventDefault();
  event.stopPropagation();
  stops[(at + (event.key === "ArrowDown" ? 1 : -1) + stops.length) % stops.length].focus();
}

// Commands to be run elsewhere; without script they are there to be selected.

function onCopy(event) {
  const button = event.target.closest("button[data-copy]");
  if (!button || !navigator.clipboard) return;
  navigator.clipboard.writeText(button.dataset.copy).then(() => {
    button.querySelector("span").textContent = button.dataset.copied;
  });
}

// Columns change places without a round trip; the form sends them in the order in which they stand.

function onMove(event) {
  const button = event.target.closest("button[name=move]");
  const item = button?.closest("[data-column]");
  if (!item) return;
  const up = button.value.endsWith(":up");
  const other = up ? item.previousElementSibling : item.nextElementSibling;
  event.preventDefault();
  if (!other?.querySelector("button[name=move]")) return;
  if (up) other.before(item);
  else other.after(item);
  button.focus();
}

// Theme: the server reads the cookie, so the next page comes in it from its first byte. Over TLS it has the prefix with
// which no other host can set it (web/theme.py).

const THEME = location.protocol === "https:" ? "__Host-theme" : "theme";
const KEPT = `path=/; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;

function onTheme(event) {
  const button = event.target.closest("button[name=theme]");
  if (!button) return;
  event.preventDefault();
  if (button.value === "system") {
    delete root.dataset.theme;
    document.cookie = `${THEME}=; max-age=0; ${KEPT}`;
  } else {
    root.dataset.theme = `keep-${button.value}`;
    document.cookie = `${THEME}=${button.value}; max-age=31536000; ${KEPT}`;
  }
  for (const other of document.querySelectorAll("button[name=theme]")) {
    other.setAttribute("aria-pressed", String(other.value === button.value));
  }
}

// A page that was left open goes away when its session has ended. Asking keeps no session alive.

function watchSession() {
  const minutes = Number(document.querySelector("[data-idle-minutes]")?.dataset.idleMinutes);
  if (!minutes) return;
  const ask = async () => {
    try {
      const answer = await fetch("/tenants", { method: "HEAD", headers: { "X-Poll": "1" }, redirect: "manual" });
      if (answer.type === "opaqueredirect") location.replace("/sign-in?ended=idle");
    } catch {
      // The server does not answer; what is on the screen stays until it does.
    }
  };
  setInterval(ask, minutes * 60_000 + 5_000);
}

// Exact times in the reader's own zone; the server writes UTC.

function localTimes(part) {
  const exact = new Intl.DateTimeFormat(root.lang || "en", { dateStyle: "medium", timeStyle: "long" });
  for (const time of part.querySelectorAll("time[datetime]:not([data-local])")) {
    time.dataset.local = "";
    time.title = exact.format(new Date(time.dateTime));
  }
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest?.("#global-search")) onSearchKey(event);
  onKey(event);
});
document.addEventListener("click", (event) => {
  closeMenus(event.target);
  if (!event.target.closest("#global-search")) closeSearch();
  onTheme(event);
  onMove(event);
  onCopy(event);
});
document.addEventListener("htmx:load", (event) => localTimes(event.detail.elt));
localTimes(document);
watchSession();
