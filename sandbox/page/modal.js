// A modal of the bot: https://discord.com/developers/docs/interactions/receiving-and-responding

import { act } from "./net.js";
import { h, icon, uid } from "./dom.js";
import { select } from "./select.js";

const PARAGRAPH = 2;

/** Shows `modal` ({id, custom_id, title, components}) and sends what the person wrote. */
export function showModal(modal, { store, rich, channel, onResult }) {
  const fields = modal.components.flatMap((component) => field(component, { store, rich, channel }));
  const trouble = h("p", { class: "failed", role: "alert", hidden: true });
  const heading = h("h2", { id: uid("modal") }, modal.title);
  const submit = h("button", { type: "submit", class: "button primary" }, "Submit");
  const form = h("form", { novalidate: true, method: "dialog" },
    h("header", null, h("div", { class: "modal-who" }, heading),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close", on: { click: () => dialog.close() } }, icon("close", 24))),
    h("p", { class: "modal-note" }, `This form will be submitted to ${store.application.name}. Do not share passwords or other sensitive information.`),
    h("div", { class: "modal-fields" }, fields.map((one) => one.element), trouble),
    h("footer", null, h("button", { type: "button", class: "button quiet", on: { click: () => dialog.close() } }, "Cancel"), submit));
  const dialog = h("dialog", { class: "modal", "aria-labelledby": heading.id }, form);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = fields.filter((one) => one.check && !one.check());
    if (wrong.length) {
      wrong[0].focus();
      return;
    }
    const values = Object.fromEntries(fields.filter((one) => one.id).map((one) => [one.id, one.value()]));
    submit.disabled = true;
    submit.setAttribute("aria-busy", "true");
    trouble.hidden = true;
    try {
      const result = await act({ kind: "submit", user: store.user, channel, modal: modal.id, values });
      dialog.close();
      onResult(result);
    } catch (error) {
      trouble.hidden = false;
      trouble.replaceChildren(icon("warning", 16), error.message);
    } finally {
      submit.disabled = false;
      submit.removeAttribute("aria-busy");
    }
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  fields.find((one) => one.focus)?.focus();
}

function field(component, context) {
  if (component.type === 1) return component.components.flatMap((inner) => field(inner, context));
  if (component.type === 10) return [{ element: context.rich.text(component.content) }];
  if (component.type === 18) return [labelled(component.component, component.label, component.description, context)];
  return [labelled(component, component.label, "", context)];
}

function labelled(component, label, description, context) {
  const make = { 4: textInput, 21: radios, 22: checks, 23: check }[component.type] ?? (component.type >= 3 && component.type <= 8 ? menu : unsupported);
  return make(component, label ?? "", description, context);
}

function caption(label, required, description, target) {
  return [
    h("label", { class: "field-label", for: target }, label, required && h("span", { class: "required", "aria-hidden": "true" }, " *")),
    description && h("p", { class: "field-description" }, description),
  ];
}

function textInput(component, label, description) {
  const id = uid("field");
  const required = component.required !== false;
  const least = component.min_length ?? 0;
  const most = component.max_length ?? 4000;
  const problem = h("p", { class: "field-error", id: `${id}-error`, role: "alert" });
  const count = h("span", { class: "field-count", "aria-hidden": "true" });
  const input = h(component.style === PARAGRAPH ? "textarea" : "input", {
    id, name: component.custom_id, maxlength: most, placeholder: component.placeholder, "aria-describedby": problem.id,
    "aria-required": String(required), autocomplete: "off", rows: component.style === PARAGRAPH ? 5 : null, type: component.style === PARAGRAPH ? null : "text",
  });
  input.value = component.value ?? "";
  const show = () => {
    const { length } = input.value;
    count.textContent = component.max_length ? `${length} / ${most}` : "";
    if (problem.textContent) verify();
  };
  function verify() {
    const { length } = input.value;
    let words = "";
    if (required && !input.value.trim()) words = "This field is required.";
    else if (length && length < least) words = `Write at least ${least} characters (now ${length}).`;
    problem.textContent = words;
    input.setAttribute("aria-invalid", String(Boolean(words)));
    return !words;
  }
  input.addEventListener("input", show);
  show();
  return {
    id: component.custom_id, focus: () => input.focus(), value: () => input.value, check: verify,
    element: h("div", { class: "field" }, caption(label, required, description, id), h("div", { class: "field-input" }, input, count), problem),
  };
}

function menu(component, label, description, { store, channel }) {
  const required = component.required !== false;
  const problem = h("p", { class: "field-error", role: "alert" });
  const control = select({ ...component, min_values: required ? component.min_values ?? 1 : 0 },
    { store, channel, label: label || component.placeholder, onChange: () => { problem.textContent = ""; } });
  return {
    id: component.custom_id, focus: () => control.button.focus(), value: control.values,
    check: () => {
      problem.textContent = required && !control.values().length ? "Choose something here first." : "";
      return !problem.textContent;
    },
    element: h("div", { class: "field" }, caption(label, required, description, control.button.id), control.element, problem),
  };
}

function toggles(type, component, label, description) {
  const name = uid("group");
  const required = component.required !== false;
  const problem = h("p", { class: "field-error", role: "alert" });
  const inputs = (component.options ?? []).map((option) => h("input", { type, name, value: option.value, checked: option.default }));
  const rows = inputs.map((input, index) => h("label", { class: "toggle" }, input,
    h("span", null, component.options[index].label, component.options[index].description && h("small", null, component.options[index].description))));
  const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
  return {
    id: component.custom_id, focus: () => inputs[0]?.focus(),
    value: () => (type === "radio" ? chosen()[0] ?? null : chosen()),
    check: () => {
      problem.textContent = required && !chosen().length ? "Choose something here first." : "";
      return !problem.textContent;
    },
    element: h("fieldset", { class: "field" }, h("legend", { class: "field-label" }, label), description && h("p", { class: "field-description" }, description), rows, problem),
  };
}

const radios = (...args) => toggles("radio", ...args);
const checks = (...args) => toggles("checkbox", ...args);

function check(component, label, description) {
  const input = h("input", { type: "checkbox", checked: component.default });
  return {
    id: component.custom_id, focus: () => input.focus(), value: () => input.checked,
    element: h("div", { class: "field" }, h("label", { class: "toggle" }, input, h("span", null, label, description && h("small", null, description)))),
  };
}

function unsupported(component, label) {
  return { element: h("p", { class: "unknown" }, `${label}: the sandbox's page can't show a field of type ${component.type} yet.`) };
}
