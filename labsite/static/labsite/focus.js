/* Shows the photo of a form, its focus, and the small crop around it. The two sliders hold the values. */
"use strict";

(() => {
  const LARGEST = 640; // pixels of the photo on the page
  const CROP = 192;
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  const make = (name, className, values = {}) =>
    Object.assign(document.createElement(name), { className, ...values });

  /* Where a part of a line begins that has the point at `percent` in its middle, or nearly; as labsite/lib/images.py. */
  const beginOf = (whole, part, percent) =>
    Math.min(Math.max((whole * percent) / 100 - part / 2, 0), whole - part);

  function setUp(stage) {
    const form = stage.closest("form");
    const [across, down] = ["x", "y"].map((axis) => form.querySelector(`[name$="photo_focus_${axis}"]`));
    const file = form.querySelector('input[type="file"][name$="photo"]');
    if (!across || !down) return;

    const photo = make("button", "focus-photo", { type: "button" });
    const whole = make("canvas", "", { width: 1, height: 1 });
    const marker = make("span", "focus-marker");
    const crop = make("figure", "focus-crop");
    const part = make("canvas", "", { width: CROP, height: CROP });
    const status = make("output", "focus-status small");
    photo.setAttribute("aria-label", stage.dataset.label);
    photo.append(whole, marker);
    crop.append(part, make("figcaption", "small", { textContent: stage.dataset.cropLabel }), status);
    let picture = null;

    function draw() {
      if (!picture) return;
      const [x, y] = [Number(across.value), Number(down.value)];
      marker.style.insetInlineStart = "auto";
      marker.style.left = `${x}%`;
      marker.style.top = `${y}%`;
      const edge = Math.min(picture.width, picture.height);
      const [left, top] = [beginOf(picture.width, edge, x), beginOf(picture.height, edge, y)];
      const paper = part.getContext("2d");
      paper.clearRect(0, 0, CROP, CROP);
      paper.drawImage(picture, left, top, edge, edge, 0, 0, CROP, CROP);
      status.value = stage.dataset.status.replace("{x}", x).replace("{y}", y);
    }

    function show(found) {
      picture = found;
      const scale = Math.min(1, LARGEST / Math.max(found.width, found.height));
      whole.width = Math.round(found.width * scale);
      whole.height = Math.round(found.height * scale);
      whole.getContext("2d").drawImage(found, 0, 0, whole.width, whole.height);
      stage.replaceChildren(photo, crop);
      draw();
    }

    function moveTo(x, y) {
      across.value = Math.round(Math.min(Math.max(x, 0), 100));
      down.value = Math.round(Math.min(Math.max(y, 0), 100));
      down.dispatchEvent(new Event("change", { bubbles: true }));
      draw();
    }

    function follow(event) {
      const box = whole.getBoundingClientRect();
      moveTo(((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100);
    }

    photo.addEventListener("pointerdown", (event) => {
      photo.setPointerCapture(event.pointerId);
      follow(event);
    });
    photo.addEventListener("pointermove", (event) => photo.hasPointerCapture(event.pointerId) && follow(event));
    photo.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      const wide = event.shiftKey ? 10 : 1;
      moveTo(Number(across.value) + wide * step[0], Number(down.value) + wide * step[1]);
    });
    for (const slider of [across, down]) slider.addEventListener("input", draw);

    if (stage.dataset.photo) {
      const stored = new Image();
      stored.addEventListener("load", () => show(stored));
      stored.src = stage.dataset.photo;
    }
    file?.addEventListener("change", async () => {
      if (!file.files.length) return;
      try {
        show(await createImageBitmap(file.files[0]));
      } catch {
        // Not a picture this browser can draw: the server says what is wrong with it.
      }
    });
  }

  document.querySelectorAll("[data-photo-focus]").forEach(setUp);
})();
