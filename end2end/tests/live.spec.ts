// Live updates: open pages show changes by anyone, without disturbing the operator.

import type { Page } from "@playwright/test";

import { Device } from "../fixtures/device";
import { Server } from "../fixtures/server";
import { expect, test } from "../fixtures/test";
import { LicensePage } from "../pages/license";
import { LicensesPage } from "../pages/licenses";

/** Sets a property that a reload would clear. */
async function markDocument(page: Page): Promise<void> {
  await page.evaluate(() => Object.assign(window, { marked: true }));
}

async function expectNotReloaded(page: Page): Promise<void> {
  expect(await page.evaluate(() => "marked" in window)).toBe(true);
}

test("an activation appears on all open pages and keeps dialog, scroll position and focus", async ({ page, server, loginPage, licensePage, openAs, device }) => {
  const minted = server.mint();
  await loginPage.signIn("support@acme.test");
  await page.setViewportSize({ width: 1440, height: 400 });
  await licensePage.goto(minted.id);
  await expect(licensePage.liveIndicator).toBeVisible();
  const other = await openAs("viewer@acme.test");
  const othersPage = new LicensePage(other);
  await othersPage.goto(minted.id);
  await expect(othersPage.liveIndicator).toBeVisible();
  const openDetails = othersPage.activity.first().getByText(minted.id);
  await othersPage.activity.first().getByText("Details").click();
  await expect(openDetails).toBeVisible();
  const listPage = await openAs("admin@acme.test");
  const list = new LicensesPage(listPage);
  const row = list.row(minted.display_key).first();
  await list.waitForHydration();
  await row.getByRole("link").focus();

  await page.evaluate(() => window.scrollTo(0, 120));
  await page.getByRole("link", { name: "Revoke…" }).evaluate((link) => (link as HTMLElement).click());
  const cancel = licensePage.dialog.getByRole("button", { name: "Cancel" });
  await expect(cancel).toBeFocused();
  await expect(licensePage.dialog).toContainText("Not applicable: no device can keep running offline");
  const scrolled = await page.evaluate(() => window.scrollY);
  expect(scrolled).toBeGreaterThan(0);
  for (const open of [page, other, listPage]) {
    await markDocument(open);
  }

  expect(await device.send(`activate ${minted.license_key}`)).toContain("Licensed");
  await expect(licensePage.dialog).toContainText("1 (can't check in after this)");
  await expect(licensePage.page.locator("tbody tr")).toHaveCount(1);
  await expect(othersPage.devices).toHaveCount(1);
  await expect(openDetails).toBeVisible();
  await expect(row).toContainText("1 of 3");
  await expect(cancel).toBeFocused();
  await expect(row.getByRole("link")).toBeFocused();
  expect(await page.evaluate(() => window.scrollY)).toBe(scrolled);
  for (const open of [page, other, listPage]) {
    await expectNotReloaded(open);
  }
});

test("the focus stays on its row when another device is listed above it", async ({ page, server, loginPage, licensePage, device }) => {
  const minted = server.mint();
  await device.send(`activate ${minted.license_key}`);
  await loginPage.signIn("support@acme.test");
  await licensePage.goto(minted.id);
  await expect(licensePage.liveIndicator).toBeVisible();
  const first = page.getByRole("link", { name: /^Deactivate / });
  const name = await first.getAttribute("href");
  await first.focus();
  const second = Device.forDemo(server);
  await second.send(`activate ${minted.license_key}`);
  await expect(licensePage.devices).toHaveCount(2);
  expect(await page.evaluate(() => document.activeElement?.getAttribute("href"))).toBe(name);
  await second.send("deactivate");
  await expect(licensePage.devices.getByText("by the device")).toBeVisible();
  expect(await page.evaluate(() => document.activeElement?.getAttribute("href"))).toBe(name);
  second.stop();
});

test("an open dialog reports the action of another operator", async ({ page, server, loginPage, licensePage, openAs }) => {
  const minted = server.mint();
  await loginPage.signIn("support@acme.test");
  await licensePage.goto(minted.id);
  await expect(licensePage.liveIndicator).toBeVisible();
  await page.getByRole("link", { name: "Remint…" }).click();
  await expect(licensePage.dialog).toBeVisible();
  const other = new LicensePage(await openAs("admin@acme.test"));
  await other.goto(minted.id);
  await other.confirmAction("Revoke…", "Revoke license");
  await expect(licensePage.dialog.getByRole("alert")).toContainText("This license is already revoked");
  const close = licensePage.dialog.getByRole("button", { name: "Close" });
  await expect(close).toBeFocused();
  await expect(licensePage.dialog.getByRole("button", { name: "Remint license" })).toHaveCount(0);
  await close.click();
  await licensePage.expectStatus("Revoked");
  await expect(licensePage.activity.first()).toContainText("admin@acme.test revoked this license");
});

test("a license minted on the command line appears in the open list", async ({ server, loginPage, licensesPage }) => {
  await loginPage.signIn("viewer@acme.test");
  await licensesPage.waitForHydration();
  const before = await licensesPage.displayKeys();
  const minted = server.mint();
  await expect(licensesPage.rows.first().getByRole("rowheader")).toHaveText(minted.display_key);
  expect((await licensesPage.displayKeys()).slice(1)).toEqual(before.slice(0, -1));
});

test.describe("while the server is down", () => {
  test.use({ expectedErrors: [/ERR_|status of 5/] });

  test("a page reports that it is stale, and refreshes when the server is back", async ({ browser }) => {
    const server = await Server.start();
    const page = await browser.newPage({ baseURL: server.url });
    await page.goto("/login");
    await page.getByLabel("Email").fill("viewer@acme.test");
    await page.getByLabel("Password").fill("keywright-demo");
    await page.getByRole("button", { name: "Sign in" }).click();
    const list = new LicensesPage(page);
    await list.waitForHydration();
    await markDocument(page);
    await server.pause();
    await expect(page.getByText("Live updates paused")).toBeVisible();
    await expect(list.rows).toHaveCount(25);
    const minted = server.mint();
    await server.resume();
    await expect(list.rows.first().getByRole("rowheader")).toHaveText(minted.display_key);
    await expect(page.getByText("Live updates paused")).toHaveCount(0);
    await expectNotReloaded(page);
    await page.close();
    await server.stop();
  });
});

test("a change on one server updates pages on another server with the same database", async ({ openAs }) => {
  const [first, second] = await Server.startTwoOnPostgres();
  if (!first || !second) {
    throw new Error("expected two servers");
  }
  const minted = first.mint();
  const licensePage = new LicensePage(await openAs("support@acme.test", first));
  await licensePage.goto(minted.id);
  await expect(licensePage.liveIndicator).toBeVisible();
  await markDocument(licensePage.page);
  const device = Device.forDemo(second);
  expect(await device.send(`activate ${minted.license_key}`)).toContain("Licensed");
  await expect(licensePage.devices).toHaveCount(1);
  const other = new LicensePage(await openAs("admin@acme.test", second));
  await other.goto(minted.id);
  await other.confirmAction("Revoke…", "Revoke license");
  await licensePage.expectStatus("Revoked");
  await expectNotReloaded(licensePage.page);
  expect(await device.send("validate")).toBe("refused: License has been revoked");
  device.stop();
  await first.stop();
  await second.stop();
});
