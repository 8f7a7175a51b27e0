// The pictures of the documentation, taken of the demo data: docs/screenshots/<page>-<desktop|phone>-<light|dark>.png.

import { join } from "node:path";

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test";
import { AuditPage } from "../pages/audit";
import { GuidePage } from "../pages/guide";
import { LicensePage } from "../pages/license";
import type { LoginPage } from "../pages/login";

const folder = join(import.meta.dirname, "..", "..", "docs", "screenshots");

const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

const looks = {
  "desktop-light": { viewport: desktop, colorScheme: "light" },
  "desktop-dark": { viewport: desktop, colorScheme: "dark" },
  "phone-light": { viewport: phone, colorScheme: "light" },
  "phone-dark": { viewport: phone, colorScheme: "dark" },
} as const;

interface Picture {
  name: string;
  /** How to get there; nobody is signed in yet. */
  open: (loginPage: LoginPage) => Promise<void>;
  /** Only what somebody looks at: every clone carries it. */
  as: (keyof typeof looks)[];
}

const pictures: Picture[] = [
  { name: "sign-in", open: signIn, as: ["desktop-light"] },
  { name: "licenses", open: at("/licenses"), as: ["desktop-light", "desktop-dark"] },
  { name: "license", open: license, as: ["desktop-light", "desktop-dark", "phone-light"] },
  { name: "audit", open: audit, as: ["desktop-light"] },
  { name: "revoke", open: revoke, as: ["desktop-light"] },
  { name: "mint", open: minted, as: ["desktop-light"] },
];

for (const { name, open, as } of pictures) {
  for (const look of as) {
    test.describe(() => {
      test.use(looks[look]);

      test(`${name}-${look}`, async ({ page, loginPage }) => {
        await open(loginPage);
        if (looks[look].viewport === desktop) {
          await growToWholePage(page);
        }
        // What the pointer was left on would look hovered.
        await page.mouse.move(0, 0);
        await page.screenshot({ path: join(folder, `${name}-${look}.png`), animations: "disabled" });
      });
    });
  }
}

test.describe(() => {
  test.use(looks["desktop-light"]);

  test("guide-desktop-light", async ({ page, fresh, setupPage }) => {
    await setupPage.goto("/");
    await setupPage.send(fresh.code);
    const guide = new GuidePage(page, fresh.server.url);
    await guide.addProduct();
    await guide.addKeyType();
    await guide.makeSdkKey();
    await guide.goOn();
    await guide.mint();
    await guide.goOn();
    await guide.expectNext(4, "Activate it in your app");
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(folder, "guide-desktop-light.png"), animations: "disabled" });
  });
});

async function signIn(loginPage: LoginPage): Promise<void> {
  await loginPage.goto();
  await expectHydrated(loginPage.page);
}

/** Signs the owner of `acme` in and opens a path. */
function at(path: string): Picture["open"] {
  return async (loginPage) => {
    await loginPage.signIn();
    await loginPage.page.goto(path);
    await expectHydrated(loginPage.page);
  };
}

/** A page that no script brings to life. */
async function audit(loginPage: LoginPage): Promise<void> {
  await loginPage.signIn();
  await new AuditPage(loginPage.page).goto();
}

/** The active license with the most devices. */
async function license(loginPage: LoginPage): Promise<void> {
  await at("/licenses?status=active&sort=-activations")(loginPage);
  await loginPage.page.getByRole("rowheader").getByRole("link").first().click();
  await expect(new LicensePage(loginPage.page).live).toBeVisible();
}

async function revoke(loginPage: LoginPage): Promise<void> {
  await license(loginPage);
  await loginPage.page.getByRole("link", { name: "Revoke…" }).click();
  await expect(new LicensePage(loginPage.page).dialog).toBeVisible();
}

async function minted(loginPage: LoginPage): Promise<void> {
  await loginPage.signIn();
  await loginPage.page.goto("/licenses/mint?product=notes");
  await loginPage.page.getByLabel("Customer e-mail").fill("ada@example.test");
  await loginPage.page.getByRole("button", { name: "Mint" }).click();
  await expect(loginPage.page.getByRole("heading", { name: "Store the new key now" })).toBeVisible();
}

async function expectHydrated(page: Page): Promise<void> {
  await expect(page.locator("html[data-hydrated]")).toBeAttached();
}

/** As on a tall screen. Playwright's `fullPage` leaves sidebar and backdrop as high as the screen was. */
async function growToWholePage(page: Page): Promise<void> {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: desktop.width, height });
}
