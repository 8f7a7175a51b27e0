// Pages that are open come up to date by themselves, whoever changed something, and keep what was being done on them.

import type { Page } from "@playwright/test";

import { Device } from "../fixtures/device";
import { Server } from "../fixtures/server";
import { expect, test } from "../fixtures/test";
import { LicensePage } from "../pages/license";
import { LicensesPage } from "../pages/licenses";

/** A page that is loaded anew forgets this. */
async function mark(page: Page): Promise<void> {
  await page.evaluate(() => Object.assign(window, { marked: true }));
}

async function expectNotReloaded(page: Page): Promise<void> {
  expect(await page.evaluate(() => "marked" in window)).toBe(true);
}

test("a device shows on every open page, and dialog, scroll and focus stay", async ({ page, server, loginPage, licensePage, somebody, device }) => {
  const minted = server.mint();
  await loginPage.signIn("support@acme.test");
  await page.setViewportSize({ width: 1440, height: 400 });
  await licensePage.goto(minted.id);
  await expect(licensePage.live).toBeVisible();
  const other = await somebody("viewer@acme.test");
  const othersPage = new LicensePage(other);
  await othersPage.goto(minted.id);
  await expect(othersPage.live).toBeVisible();
  const unfolded = othersPage.activity.first().getByText(minted.id);
  await othersPage.activity.first().getByText("Details").click();
  await expect(unfolded).toBeVisible();
  const listed = await somebody("admin@acme.test");
  const list = new LicensesPage(listed);
  const row = list.row(minted.display_key).first();
  await list.hydrated();
  await row.getByRole("link").focus();

  await page.evaluate(() => window.scrollTo(0, 120));
  await page.getByRole("link", { name: "Revoke…" }).evaluate((link) => (link as HTMLElement).click());
  const cancel = licensePage.dialog.getByRole("button", { name: "Cancel" });
  await expect(cancel).toBeFocused();
  await expect(licensePage.dialog).toContainText("no lease is out");
  const scrolled = await page.evaluate(() => window.scrollY);
  expect(scrolled).toBeGreaterThan(0);
  for (const open of [page, other, listed]) {
    await mark(open);
  }

  expect(await device.tell(`activate ${minted.license_key}`)).toContain("Licensed");
  await expect(licensePage.dialog).toContainText("1, none gets a new lease from now on");
  await expect(licensePage.page.locator("tbody tr")).toHaveCount(1);
  await expect(othersPage.devices).toHaveCount(1);
  await expect(unfolded).toBeVisible();
  await expect(row).toContainText("1 of 3");
  await expect(cancel).toBeFocused();
  await expect(row.getByRole("link")).toBeFocused();
  expect(await page.evaluate(() => window.scrollY)).toBe(scrolled);
  for (const open of [page, other, listed]) {
    await expectNotReloaded(open);
  }
});

test("the focus stays with its device when another one comes above it", async ({ page, server, loginPage, licensePage, device }) => {
  const minted = server.mint();
  await device.tell(`activate ${minted.license_key}`);
  await loginPage.signIn("support@acme.test");
  await licensePage.goto(minted.id);
  await expect(licensePage.live).toBeVisible();
  const first = page.getByRole("link", { name: /^Deactivate / });
  const name = await first.getAttribute("href");
  await first.focus();
  const second = Device.of(server);
  await second.tell(`activate ${minted.license_key}`);
  await expect(licensePage.devices).toHaveCount(2);
  expect(await page.evaluate(() => document.activeElement?.getAttribute("href"))).toBe(name);
  await second.tell("deactivate");
  await expect(licensePage.devices.getByText("by the device")).toBeVisible();
  expect(await page.evaluate(() => document.activeElement?.getAttribute("href"))).toBe(name);
  second.stop();
});

test("what somebody else does shows, in an open question too", async ({ page, server, loginPage, licensePage, somebody }) => {
  const minted = server.mint();
  await loginPage.signIn("support@acme.test");
  await licensePage.goto(minted.id);
  await expect(licensePage.live).toBeVisible();
  await page.getByRole("link", { name: "Remint…" }).click();
  await expect(licensePage.dialog).toBeVisible();
  const other = new LicensePage(await somebody("admin@acme.test"));
  await other.goto(minted.id);
  await other.act("Revoke…", "Revoke license");
  await expect(licensePage.dialog.getByRole("alert")).toContainText("License is already revoked");
  const close = licensePage.dialog.getByRole("button", { name: "Close" });
  await expect(close).toBeFocused();
  await expect(licensePage.dialog.getByRole("button", { name: "Remint license" })).toHaveCount(0);
  await close.click();
  await licensePage.expectStatus("Revoked");
  await expect(licensePage.activity.first()).toContainText("admin@acme.test revoked this license");
});

test("a license that is minted on the command line comes into the open list", async ({ server, loginPage, licensesPage }) => {
  await loginPage.signIn("viewer@acme.test");
  await licensesPage.hydrated();
  const before = await licensesPage.keys();
  const minted = server.mint();
  await expect(licensesPage.rows.first().getByRole("rowheader")).toHaveText(minted.display_key);
  expect((await licensesPage.keys()).slice(1)).toEqual(before.slice(0, -1));
});

test.describe("without its server", () => {
  test.use({ expectedErrors: [/ERR_|status of 5/] });

  test("a page says that it is old, and catches up when the server is back", async ({ browser }) => {
    const server = await Server.start();
    const page = await browser.newPage({ baseURL: server.url });
    await page.goto("/login");
    await page.getByLabel("E-mail").fill("viewer@acme.test");
    await page.getByLabel("Password").fill("keywright-demo");
    await page.getByRole("button", { name: "Sign in" }).click();
    const list = new LicensesPage(page);
    await list.hydrated();
    await mark(page);
    await server.pause();
    await expect(page.getByText("Updates are paused")).toBeVisible();
    await expect(list.rows).toHaveCount(25);
    const minted = server.mint();
    await server.resume();
    await expect(list.rows.first().getByRole("rowheader")).toHaveText(minted.display_key);
    await expect(page.getByText("Updates are paused")).toHaveCount(0);
    await expectNotReloaded(page);
    await page.close();
    await server.stop();
  });
});

test("two servers on one PostgreSQL tell each other's pages", async ({ somebody }) => {
  const [here, there] = await Server.startTwoOnPostgres();
  if (!here || !there) {
    throw new Error("two servers were to be started");
  }
  const minted = here.mint();
  const licensePage = new LicensePage(await somebody("support@acme.test", here));
  await licensePage.goto(minted.id);
  await expect(licensePage.live).toBeVisible();
  await mark(licensePage.page);
  const device = Device.of(there);
  expect(await device.tell(`activate ${minted.license_key}`)).toContain("Licensed");
  await expect(licensePage.devices).toHaveCount(1);
  const other = new LicensePage(await somebody("admin@acme.test", there));
  await other.goto(minted.id);
  await other.act("Revoke…", "Revoke license");
  await licensePage.expectStatus("Revoked");
  await expectNotReloaded(licensePage.page);
  expect(await device.tell("validate")).toBe("refused: License has been revoked");
  device.stop();
  await here.stop();
  await there.stop();
});
