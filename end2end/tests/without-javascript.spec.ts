import { readFile } from "node:fs/promises";

import { expect, test } from "../fixtures/test";

test.use({ javaScriptEnabled: false });

test("sign-in, paging, filters, theme and sign-out work", async ({ page, loginPage, licensesPage }) => {
  await loginPage.signIn("viewer@acme.test");
  await expect(licensesPage.rows).toHaveCount(25);
  const first = await licensesPage.displayKeys();
  await licensesPage.next.click();
  await expect(page).toHaveURL(/\?after=/);
  expect(await licensesPage.displayKeys()).not.toEqual(first);
  await licensesPage.previous.click();
  expect(await licensesPage.displayKeys()).toEqual(first);

  await licensesPage.statusFilter("Revoked").check();
  await licensesPage.productFilter.selectOption("notes");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL("/licenses?status=revoked&product=notes");
  expect(new Set(await licensesPage.columnTexts("status"))).toEqual(new Set(["Revoked"]));
  await page.getByRole("link", { name: "Created" }).click();
  await expect(page).toHaveURL("/licenses?status=revoked&product=notes&sort=created");

  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("radio", { name: "Dark" }).check();
  await page.getByRole("button", { name: "Apply theme" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");

  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/login");
});

test("the filtered list can be exported", async ({ page, loginPage, licensesPage }) => {
  await loginPage.signIn("support@acme.test");
  await licensesPage.statusFilter("Revoked").check();
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/status=revoked/);
  const shown = await licensesPage.displayKeys();
  const started = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export CSV" }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe("keywright-acme-licenses.csv");
  const text = await readFile(await download.path(), "utf8");
  expect(text.trimEnd().split("\r\n")).toHaveLength(shown.length + 1);
});

test.describe("rejected", () => {
  test.use({ expectedErrors: [/status of 401/] });

  test("a wrong password shows the form again", async ({ page, loginPage }) => {
    await loginPage.goto();
    await loginPage.submit("owner@acme.test", "wrong");
    await expect(page.getByRole("alert")).toBeVisible();
  });
});
