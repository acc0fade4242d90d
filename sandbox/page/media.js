// Pictures and files. Every picture has its box before it arrives, so nothing jumps.

import { h, icon, safeUrl } from "./dom.js";

const MAX_WIDTH = 550;
const MAX_HEIGHT = 350;

/** A lazy picture in a box of its own proportions (16:9 while they are unknown); an empty box while
 * Discord has not loaded it. */
export function picture({ url, width, height, blank }, { alt = "", fit = "cover", eager = false } = {}) {
  const src = safeUrl(url);
  const image = src && h("img", { src, alt, loading: eager ? "eager" : "lazy", decoding: "async", style: { "object-fit": fit } });
  const box = h("span", { class: "picture" }, !blank && (image || broken(alt)));
  const known = width && height;
  box.style.setProperty("aspect-ratio", known ? `${width} / ${height}` : "16 / 9");
  // Of a portrait cut to the box the face should stay.
  if (image && !known) image.style.setProperty("object-position", "50% 25%");
  image?.addEventListener("error", () => image.replaceWith(broken(alt)));
  return box;
}

function broken(alt) {
  return h("span", { class: "broken", role: "img", "aria-label": alt || "Picture that can't be loaded" },
    icon("broken", 28), h("span", null, alt || "This picture can't be loaded."));
}

/** A picture that opens large on a press; `spoiler` hides it until the first press. */
export function openable(media, { alt = "", spoiler = false, fit = "cover" } = {}) {
  const box = picture(media, { alt, fit });
  const button = h("button", { type: "button", class: `picture-button${spoiler ? " covered" : ""}`, "aria-label": spoiler ? "Spoiler picture, press to show" : `Open picture${alt ? `: ${alt}` : ""}` },
    box, spoiler && h("span", { class: "cover", "aria-hidden": "true" }, "SPOILER"));
  button.addEventListener("click", () => {
    if (button.classList.contains("covered")) {
      button.classList.remove("covered");
      button.querySelector(".cover").remove();
      button.setAttribute("aria-label", `Open picture${alt ? `: ${alt}` : ""}`);
    } else lightbox(media.url, alt);
  });
  return button;
}

function lightbox(url, alt) {
  const src = safeUrl(url);
  if (!src) return;
  const dialog = h("dialog", { class: "lightbox", "aria-label": alt || "Picture" },
    h("button", { type: "button", class: "lightbox-close", "aria-label": "Close picture", on: { click: () => dialog.close() } }, icon("close", 28)),
    h("img", { src, alt }),
    h("p", null, alt && h("span", null, alt), h("a", { href: src, target: "_blank", rel: "noreferrer noopener" }, "Open in browser")));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const LOADING = 1;
const pixels = (media) => ({
  url: media.proxy_url || media.url, width: media.width, height: media.height, blank: media.loading_state === LOADING,
});

/** A V2 media gallery: one picture whole, two to ten as a mosaic. */
export function gallery(items) {
  const count = Math.min(items.length, 10);
  const grid = h("div", { class: `gallery gallery-${count}` });
  for (const item of items.slice(0, 10)) {
    const media = pixels(item.media);
    const single = count === 1;
    const cell = openable(single ? limited(media) : { ...media, width: 1, height: 1 }, { alt: item.description ?? "", spoiler: item.spoiler });
    if (single) fitBox(cell, media);
    grid.append(cell);
  }
  return grid;
}

/** Very tall and very wide pictures are cropped rather than made into a tower or a ribbon. */
function limited({ url, width, height, blank }) {
  if (!width || !height) return { url, blank };
  const ratio = Math.min(Math.max(width / height, 0.7), 4);
  return { url, width: ratio, height: 1, blank };
}

function fitBox(cell, media) {
  const { width = 16, height = 9 } = limited(media);
  const most = Math.min(MAX_WIDTH, Math.round((MAX_HEIGHT * width) / height), media.width || MAX_WIDTH);
  cell.style.setProperty("width", `${Math.max(most, 160)}px`);
}

export function thumbnail(component) {
  const media = pixels(component.media);
  return openable({ ...media, width: 1, height: 1 }, { alt: component.description ?? "", spoiler: component.spoiler });
}

const SIZES = ["bytes", "KB", "MB", "GB"];

export function fileSize(bytes) {
  let size = Number(bytes) || 0;
  let unit = 0;
  for (; size >= 1024 && unit < SIZES.length - 1; unit += 1) size /= 1024;
  return `${unit ? size.toFixed(2) : size} ${SIZES[unit]}`;
}

export function fileCard({ filename, name, size, url }) {
  const href = safeUrl(url);
  const label = filename || name || "file";
  return h("div", { class: "file" }, icon("file", 32), h("div", null,
    href ? h("a", { href, target: "_blank", rel: "noreferrer noopener" }, label) : h("span", null, label),
    h("div", { class: "file-size" }, fileSize(size))));
}

/** A message's attachments: pictures as a gallery, everything else as cards. */
export function attachments(list) {
  const isPicture = (file) => file.content_type?.startsWith("image/") || (file.width && file.height);
  const pictures = list.filter(isPicture).map((file) => ({
    media: file, description: file.description, spoiler: file.filename?.startsWith("SPOILER_"),
  }));
  return [
    pictures.length > 0 && gallery(pictures),
    ...list.filter((file) => !isPicture(file)).map(fileCard),
  ];
}
