/* Keys, focus and the lock of a lost lease. The page works without this file; every action is a form.
   It runs before anything of the page is drawn, so that a key counts from the moment its draft can be seen. */
"use strict";

const SWITCH = "single-keys-off";
let busy = false;

const isTyping = (element) => element.closest("input:not([type=radio]), textarea, select, [contenteditable]") !== null;
const isOff = () => localStorage.getItem(SWITCH) === "1";
const textBox = () => document.querySelector("#decide textarea");

function press(key) {
  const target = document.querySelector(`#page [data-key="${CSS.escape(key)}"]`);
  if (!target || target.disabled || target.readOnly) return false;
  if (target.tagName === "TEXTAREA") {
    target.focus();
  } else if (target.tagName === "SUMMARY") {
    target.parentElement.open = true;
    target.parentElement.querySelector("input[type=radio]").focus();
  } else {
    target.click();
  }
  return true;
}

function stepInList(step) {
  const rows = [...document.querySelectorAll("#page a.row")];
  if (!rows.length) return false;
  const at = rows.indexOf(document.activeElement);
  rows[Math.max(0, Math.min(rows.length - 1, at + step))].focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.repeat || document.querySelector("dialog[open]")) return;
  const typing = isTyping(event.target);
  if (event.key === "Escape" && typing) {
    document.querySelector("#page h1").focus();
    return;
  }
  if (event.key === "Enter" && event.ctrlKey && event.target === textBox()) {
    if (!busy) press("a");
    event.preventDefault();
    return;
  }
  if (typing || busy || isOff() || event.ctrlKey || event.metaKey || event.altKey) return;
  const isStep = event.key === "j" || event.key === "k";
  if (event.key === "Enter" ? false : press(event.key) || (isStep && stepInList(event.key === "j" ? 1 : -1))) {
    event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    event.stopPropagation();
    document.getElementById(opener.dataset.opens).showModal();
  }
  if (event.target.closest("[data-keys-switch]")) {
    localStorage.setItem(SWITCH, isOff() ? "0" : "1");
    labelSwitches();
  }
}, true);

function labelSwitches() {
  for (const button of document.querySelectorAll("[data-keys-switch]")) {
    button.hidden = false;
    button.textContent = isOff() ? "Switch single keys on" : "Switch single keys off";
  }
}

/* The text stays as it is, to be copied; only deciding is over. */
function lockIfLost() {
  if (!document.querySelector("[data-lost]")) return;
  for (const button of document.querySelectorAll("[data-locks] button, [data-locks] input, .moves button")) button.disabled = true;
  for (const summary of document.querySelectorAll("[data-locks] summary")) summary.removeAttribute("data-key");
  const box = textBox();
  if (box) box.readOnly = true;
}

function arrive(moveFocus) {
  labelSwitches();
  const said = document.querySelector("#page [data-say]");
  const title = document.querySelector("#page h1");
  document.getElementById("status").textContent = said ? said.dataset.say : "";
  if (moveFocus && title) title.focus({ preventScroll: true });
}

/* A form that htmx has not taken over yet goes out as a plain form: still one decision per click. */
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.getAttribute("method") === "dialog") return;
  if (busy) event.preventDefault();
  busy = true;
});
window.addEventListener("pageshow", (event) => { if (event.persisted) busy = false; }); // back from another page
document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.detail.boosted) return;
  if (busy) event.preventDefault(); // a second click must not decide what comes next
  busy = true;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.boosted) busy = false;
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "page" || event.detail.elt.id === "page") {
    busy = false;
    arrive(true);
  }
  lockIfLost();
});
document.addEventListener("htmx:sendError", () => {
  document.getElementById("notice").textContent = "The review page does not answer. Nothing was sent; try again.";
});
document.addEventListener("DOMContentLoaded", () => arrive(location.pathname.startsWith("/drafts/")));
