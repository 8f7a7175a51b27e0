import { expect, test } from "../fixtures/test";

test.use({ expectedErrors: [/status of 404/] });

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("an action appears as a sentence that links to its license", async ({ page, server, loginPage, licensePage, auditPage }) => {
      const minted = server.mint();
      await loginPage.signIn("support@acme.test");
      await licensePage.goto(minted.id);
      await licensePage.confirmAction("Revoke…", "Revoke license");
      await licensePage.expectStatus("Revoked");

      await page.getByRole("link", { name: "Audit log", exact: true }).click();
      await auditPage.expectLoaded();
      const revoked = auditPage.rows.filter({ hasText: minted.display_key });
      await expect(auditPage.sentence(revoked.first())).toHaveText(`support@acme.test revoked ${minted.display_key}`);
      await expect(auditPage.sentence(revoked.last())).toHaveText(`command line minted ${minted.display_key}`);

      const licenseId = page.getByText(minted.id);
      await expect(licenseId.first()).toBeHidden();
      await revoked.first().getByText("Details").press("Enter");
      await expect(licenseId.first()).toBeVisible();

      await revoked.first().getByRole("link", { name: minted.display_key }).click();
      await expect(page).toHaveURL(`/licenses/${minted.id}`);
      await expect(licensePage.activity.first()).toContainText("support@acme.test revoked this license");
      await licensePage.activity.first().getByText("Details").click();
      await expect(licensePage.activity.first().getByText(minted.id)).toBeVisible();
      await page.getByRole("link", { name: "Show in the audit log" }).click();
      await expect(page).toHaveURL(`/audit?license=${minted.id}`);
      await expect(auditPage.rows).toHaveCount(2);
    });

    test("the log is filtered by action, actor, day and license, and a pasted key never enters the URL", async ({ page, server, loginPage, auditPage }) => {
      const minted = server.mint();
      await loginPage.signIn("viewer@acme.test");
      await auditPage.goto();
      await page.getByRole("combobox", { name: "Action" }).selectOption("remint");
      await auditPage.applyFilters();
      await expect(page).toHaveURL("/audit?action=remint");
      expect(new Set(await auditPage.rows.locator(".cell-action").allInnerTexts())).toEqual(new Set(["remint"]));
      await page.getByRole("combobox", { name: "Who" }).selectOption({ label: "viewer@acme.test" });
      await auditPage.applyFilters();
      await expect(page.getByRole("heading", { name: "No matching entries" })).toBeVisible();
      await page.getByRole("link", { name: "Clear all filters" }).click();
      await expect(page).toHaveURL("/audit");

      await page.getByLabel("To", { exact: true }).fill("2020-01-01");
      await auditPage.applyFilters();
      await expect(page).toHaveURL("/audit?to=2020-01-01");
      await expect(auditPage.count).toHaveText("0 entries");
      await page.getByRole("link", { name: "Clear", exact: true }).click();

      await auditPage.licenseField.fill(minted.license_key);
      await auditPage.applyFilters();
      await expect(page).toHaveURL(`/audit?license=${minted.id}`);
      await expect(auditPage.rows).toHaveCount(1);
      await page.getByRole("link", { name: "Clear license filter" }).click();
      await auditPage.licenseField.fill("ACME-NEVR-SEEN-0000-0009");
      await auditPage.applyFilters();
      await expect(page.getByRole("heading", { name: "No license has this key" })).toBeVisible();
      expect(page.url()).not.toContain("NEVR");
    });

    test("next and previous lead to the next page and back", async ({ page, loginPage, auditPage }) => {
      await loginPage.signIn("viewer@acme.test");
      await auditPage.goto();
      await expect(auditPage.rows).toHaveCount(25);
      const first = await auditPage.sentence(auditPage.rows).allInnerTexts();
      await page.getByRole("link", { name: "Next" }).click();
      await expect(page).toHaveURL(/\/audit\?after=/);
      await page.getByRole("link", { name: "Previous" }).click();
      await expect(page).toHaveURL(/\/audit\?before=/);
      expect(await auditPage.sentence(auditPage.rows).allInnerTexts()).toEqual(first);
    });
  });
}
