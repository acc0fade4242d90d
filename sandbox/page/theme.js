// Dark or light: as the system has it, until one chooses the other. Runs before the first paint.

import { recall, remember } from "./remember.js";

const NAME = "sandbox.theme";
const BAR = { dark: "#1e1f22", light: "#e3e5e8" }; // --rail
const system = matchMedia("(prefers-color-scheme: light)");

const ofSystem = () => (system.matches ? "light" : "dark");

export const theme = () => recall(NAME) ?? ofSystem();

function apply() {
  document.documentElement.dataset.theme = theme();
  document.querySelector("meta[name=theme-color]").content = BAR[theme()];
  dispatchEvent(new Event("theme"));
}

export function toggle() {
  const wanted = theme() === "light" ? "dark" : "light";
  remember(NAME, wanted === ofSystem() ? null : wanted);
  apply();
}

system.addEventListener("change", apply);
apply();
