// Takes the screenshots for the documentation, with demo data:
// docs/screenshots/<page>-<desktop|phone>-<light|dark>.png.

import { join } from "node:path";

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test";
import { AuditPage } from "../pages/audit";
import { GuidePage } from "../pages/guide";
import { LicensePage } from "../pages/license";
import type { LoginPage } from "../pages/login";

const screenshotDir = join(import.meta.dirname, "..", "..", "docs", "screenshots");

const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

const variants = {
  "desktop-light": { viewport: desktop, colorScheme: "light" },
  "desktop-dark": { viewport: desktop, colorScheme: "dark" },
  "phone-light": { viewport: phone, colorScheme: "light" },
  "phone-dark": { viewport: phone, colorScheme: "dark" },
} as const;

interface Screenshot {
  name: string;
  /** Opens the page. The browser starts signed out. */
  open: (loginPage: LoginPage) => Promise<void>;
  /** Only the variants that a document shows: every clone of the repository contains the files. */
  variants: (keyof typeof variants)[];
}

const screenshots: Screenshot[] = [
  { name: "sign-in", open: openSignIn, variants: ["desktop-light"] },
  { name: "licenses", open: openPath("/licenses"), variants: ["desktop-light", "desktop-dark"] },
  { name: "license", open: openLicense, variants: ["desktop-light", "desktop-dark", "phone-light"] },
  { name: "audit", open: openAuditLog, variants: ["desktop-light"] },
  { name: "revoke", open: openRevokeDialog, variants: ["desktop-light"] },
  { name: "mint", open: openMintedKey, variants: ["desktop-light"] },
];

for (const { name, open, variants: shown } of screenshots) {
  for (const variant of shown) {
    test.describe(() => {
      test.use(variants[variant]);

      test(`${name}-${variant}`, async ({ page, loginPage }) => {
        await open(loginPage);
        if (variants[variant].viewport === desktop) {
          await fitViewportToPage(page);
        }
        // Otherwise the last clicked element would be in its hover state.
        await page.mouse.move(0, 0);
        await page.screenshot({ path: join(screenshotDir, `${name}-${variant}.png`), animations: "disabled" });
      });
    });
  }
}

test.describe(() => {
  test.use(variants["desktop-light"]);

  test("guide-desktop-light", async ({ page, fresh, setupPage }) => {
    await setupPage.goto("/");
    await setupPage.submit(fresh.setupCode);
    const guide = new GuidePage(page, fresh.server.url);
    await guide.addProduct();
    await guide.addKeyType();
    await guide.createSdkKey();
    await guide.continueGuide();
    await guide.mintLicense();
    await guide.continueGuide();
    await guide.expectNextStep(4, "Activate it in your app");
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(screenshotDir, "guide-desktop-light.png"), animations: "disabled" });
  });
});

async function openSignIn(loginPage: LoginPage): Promise<void> {
  await loginPage.goto();
  await expect(loginPage.page.locator("html[data-scripted]")).toBeAttached();
}

/** Signs in as the owner of `acme` and opens a path. */
function openPath(path: string): Screenshot["open"] {
  return async (loginPage) => {
    await loginPage.signIn();
    await loginPage.page.goto(path);
    await waitForHydration(loginPage.page);
  };
}

async function openAuditLog(loginPage: LoginPage): Promise<void> {
  await loginPage.signIn();
  await new AuditPage(loginPage.page).goto();
}

/** Opens the active license with the most devices. */
async function openLicense(loginPage: LoginPage): Promise<void> {
  await openPath("/licenses?status=active&sort=-activations")(loginPage);
  await loginPage.page.getByRole("rowheader").getByRole("link").first().click();
  await expect(new LicensePage(loginPage.page).liveIndicator).toBeVisible();
}

async function openRevokeDialog(loginPage: LoginPage): Promise<void> {
  await openLicense(loginPage);
  await loginPage.page.getByRole("link", { name: "Revoke…" }).click();
  await expect(new LicensePage(loginPage.page).dialog).toBeVisible();
}

async function openMintedKey(loginPage: LoginPage): Promise<void> {
  await loginPage.signIn();
  await loginPage.page.goto("/licenses/mint?product=notes");
  await loginPage.page.getByLabel("Customer email").fill("ada@example.test");
  await loginPage.page.getByRole("button", { name: "Mint licenses" }).click();
  await expect(loginPage.page.getByRole("heading", { name: "Store the new key now" })).toBeVisible();
}

async function waitForHydration(page: Page): Promise<void> {
  await expect(page.locator("html[data-hydrated]")).toBeAttached();
}

/**
 * Makes the viewport as tall as the page. With Playwright's `fullPage`, sidebar and backdrop would
 * keep the height of the original viewport.
 */
async function fitViewportToPage(page: Page): Promise<void> {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: desktop.width, height });
}
