// Message components, both generations:
// https://discord.com/developers/docs/components/reference

import { colour, h, icon, safeUrl } from "./dom.js";
import { fileCard, gallery, thumbnail } from "./media.js";
import { partialEmoji } from "./rich.js";
import { select } from "./select.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };
const ACCESSORY_BUTTON = 2;

/**
 * Draws components of one message. `state` tells which one waits for the bot ({path} or null);
 * `acts.press(component, path)` and `acts.choose(component, path, values)` are called on use.
 */
export class Components {
  constructor({ store, rich, channel, pending, acts }) {
    Object.assign(this, { store, rich, channel, pending, acts });
  }

  draw(list, path = "") {
    return list.map((component, index) => this.one(component, `${path}${index}`));
  }

  one(component, path) {
    switch (component.type) {
      case 1:
        return h("div", { class: "action-row" }, this.draw(component.components ?? [], `${path}.`));
      case 2:
        return this.button(component, path);
      case 3: case 5: case 6: case 7: case 8:
        return this.select(component, path);
      case 9:
        return this.section(component, path);
      case 10:
        return this.rich.text(component.content, { className: "markdown text-display" });
      case 11:
        return thumbnail(component);
      case 12:
        return gallery(component.items ?? []);
      case 13:
        return fileCard({ ...component, url: component.file?.url });
      case 14:
        return this.separator(component);
      case 17:
        return this.container(component, path);
      default:
        return h("p", { class: "unknown" }, `The sandbox's page can't show a component of type ${component.type} yet.`);
    }
  }

  button(component, path) {
    const words = [partialEmoji(component.emoji), component.label && h("span", { class: "button-label" }, component.label)];
    const label = component.label ? null : component.emoji?.name || "Button without a label";
    const style = STYLES[component.style] ?? "secondary";
    if (component.style === 5) {
      const href = safeUrl(component.url);
      if (href && !component.disabled) {
        return h("a", { class: "button link", href, target: "_blank", rel: "noreferrer noopener", "aria-label": label, dataset: { path } },
          words, icon("external", 16));
      }
      return h("button", { type: "button", class: "button link", disabled: true, "aria-label": label }, words, icon("external", 16));
    }
    const waiting = this.pending?.path === path;
    return h("button", {
      type: "button", class: `button ${style}${waiting ? " waiting" : ""}`, "aria-label": label, "aria-busy": waiting ? "true" : null,
      "aria-disabled": this.pending ? "true" : null, disabled: component.disabled, dataset: { path, id: component.custom_id },
      on: { click: () => this.pending || this.acts.press(component, path) },
    }, words, waiting && h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")));
  }

  select(component, path) {
    const control = select(component, {
      store: this.store, channel: this.channel, label: component.placeholder,
      disabled: component.disabled || Boolean(this.pending), pending: this.pending?.path === path,
      onChange: (values) => this.acts.choose(component, path, values),
    });
    control.button.dataset.path = path;
    return control.element;
  }

  section(component, path) {
    const { accessory } = component;
    const side = accessory && h("div", { class: accessory.type === ACCESSORY_BUTTON ? "accessory" : "accessory thumb" },
      this.one(accessory, `${path}.accessory`));
    return h("div", { class: "section" }, h("div", { class: "section-text" }, this.draw(component.components ?? [], `${path}.`)), side);
  }

  separator({ divider = true, spacing = 1 }) {
    return h("div", { class: `separator${divider ? " line" : ""}${spacing === 2 ? " wide" : ""}`, role: divider ? "separator" : null });
  }

  container(component, path) {
    const inner = this.draw(component.components ?? [], `${path}.`);
    const box = h("div", { class: "container" }, inner);
    if (component.accent_color !== null && component.accent_color !== undefined) {
      box.classList.add("accent");
      box.style.setProperty("--accent", colour(component.accent_color));
    }
    if (component.spoiler) cover(box);
    return box;
  }
}

/** A container under a spoiler shows nothing of itself, to eye or reader, before a press. */
function cover(box) {
  const contents = h("div", { class: "covered-contents", inert: true }, [...box.childNodes]);
  const lid = h("button", { type: "button", class: "cover", "aria-label": "Spoiler, press to show" }, "SPOILER");
  lid.addEventListener("click", () => {
    lid.remove();
    contents.replaceWith(...contents.childNodes);
    box.classList.remove("covered");
  });
  box.classList.add("covered");
  box.append(contents, lid);
}

/** Brings the focus back to where it was in a message that was drawn anew. */
export function keepFocus(old, fresh) {
  if (!old.contains(document.activeElement)) return () => {};
  const { path } = document.activeElement.dataset;
  return () => {
    if (!path) return;
    const same = fresh.querySelector(`[data-path="${CSS.escape(path)}"]`);
    const row = same?.closest(".action-row");
    const target = same && !same.disabled ? same : row?.querySelector("[data-path]:not(:disabled)");
    target?.focus({ preventScroll: true });
  };
}
