// Contrast of the color tokens in style/tokens.css as the browser renders them (WCAG 2, level AA).

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test";

const surfaces = ["color-background", "color-surface", "color-surface-raised", "color-hover"];

/** Text and its backgrounds: at least 4.5 to 1. */
const texts: [text: string, backgrounds: string[]][] = [
  ["color-text", [...surfaces, "color-pressed", "color-accent-tint", "color-success-tint", "color-warning-tint", "color-danger-tint", "color-neutral-tint"]],
  ["color-text-muted", [...surfaces, "color-pressed", "color-neutral-tint"]],
  ["color-text-subtle", surfaces],
  ["color-accent", [...surfaces, "color-accent-tint"]],
  ["color-accent-strong", [...surfaces, "color-accent-tint"]],
  ["color-success", [...surfaces, "color-success-tint"]],
  ["color-warning", [...surfaces, "color-warning-tint"]],
  ["color-danger", [...surfaces, "color-danger-tint"]],
  ["color-on-accent", ["color-accent-solid", "color-accent-solid-hover", "color-danger-solid", "color-danger-solid-hover"]],
];

/** Graphics and their backgrounds: at least 3 to 1. */
const shapes: [shape: string, backgrounds: string[]][] = [
  ["color-border-field", ["color-background", "color-surface", "color-surface-raised"]],
  ["color-focus", surfaces],
  ["color-accent-fill", ["color-surface"]],
  ["color-warning-fill", ["color-surface"]],
];

async function measureContrasts(page: Page, pairs: [string, string[]][]): Promise<{ pair: string; contrast: number }[]> {
  return page.evaluate((pairs) => {
    const probe = document.body.appendChild(document.createElement("span"));
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) {
      throw new Error("no canvas context");
    }
    const luminance = (token: string): number => {
      probe.style.color = `var(--${token})`;
      context.fillStyle = getComputedStyle(probe).color;
      context.fillRect(0, 0, 1, 1);
      const [red, green, blue] = [...context.getImageData(0, 0, 1, 1).data].map((value) => {
        const channel = value / 255;
        return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
    };
    return pairs.flatMap(([token, backgrounds]) =>
      backgrounds.map((background) => {
        const [darker = 0, lighter = 0] = [luminance(token), luminance(background)].sort((one, other) => one - other);
        return { pair: `${token} on ${background}`, contrast: (lighter + 0.05) / (darker + 0.05) };
      }),
    );
  }, pairs);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`text and graphics have enough contrast, ${colorScheme}`, async ({ page, loginPage }) => {
    await page.emulateMedia({ colorScheme });
    await loginPage.goto();
    const known = await measureContrasts(page, [["color-on-accent", ["color-on-accent"]], ["color-text", ["color-surface"]]]);
    expect(known[0]?.contrast).toBe(1);
    expect(known[1]?.contrast).toBeGreaterThan(10);
    const tooLow = [
      ...(await measureContrasts(page, texts)).filter(({ contrast }) => contrast < 4.5),
      ...(await measureContrasts(page, shapes)).filter(({ contrast }) => contrast < 3),
    ];
    expect(tooLow).toEqual([]);
  });
}
