import { randomBytes } from "node:crypto";

import { expect, test } from "../fixtures/test";

test.use({ expectedErrors: [/status of 4(09|22)/] });

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a product and a key type are created, used and deleted", async ({ page, server, loginPage, licensesPage }) => {
      const name = randomBytes(3).toString("hex");
      const prefix = randomBytes(2).toString("hex").toUpperCase();
      await loginPage.signIn("admin@acme.test");
      await page.getByRole("link", { name: "Products", exact: true }).click();
      await page.getByRole("link", { name: "New product" }).click();
      await page.getByLabel("Display name").fill(`Paint ${name}`);
      await page.getByLabel("Slug").fill(name);
      await page.getByLabel("Key prefix").fill("ACME");
      await page.getByRole("button", { name: "Add product" }).click();
      await expect(page.getByLabel("Key prefix")).toHaveAccessibleDescription(/Another product on this server has this prefix/);
      await expect(page.getByLabel("Key prefix")).toBeFocused();
      await expect(page.getByLabel("Display name")).toHaveValue(`Paint ${name}`);
      await page.getByLabel("Key prefix").fill(prefix);
      await page.getByRole("button", { name: "Add product" }).click();
      await expect(page).toHaveURL(`/products/${name}`);

      await page.getByRole("link", { name: "New key type" }).click();
      await page.getByLabel("Slug").fill("yearly");
      await page.getByLabel("Devices").fill("2");
      await page.getByLabel("Valid for").fill("1");
      await page.getByLabel("Unit").selectOption("years");
      await page.getByRole("button", { name: "Add key type" }).click();
      await expect(page.getByRole("row", { name: /^yearly 2 1 year/ })).toBeVisible();

      if (javaScriptEnabled) {
        // With JavaScript the prefix is also validated while it is typed.
        await page.goto("/products/new");
        await page.getByLabel("Key prefix").pressSequentially("acme");
        await expect(page.getByLabel("Key prefix")).toHaveAccessibleDescription(/^Another product on this server has this prefix\./);
        await expect(page.getByLabel("Key prefix")).toHaveAttribute("aria-invalid", "true");
        await page.getByLabel("Key prefix").fill("QQQ1");
        await expect(page.getByLabel("Key prefix")).not.toHaveAttribute("aria-invalid", "true");
        await page.goto(`/products/${name}`);
      }

      const minted = server.run("license", "mint", "--tenant", "acme", "--product", name, "--json");
      expect(minted).toContain(`"display_key":"${prefix}-XXXX-`);
      await licensesPage.goto();
      await licensesPage.productFilter.selectOption({ label: `Paint ${name}` });
      if (!javaScriptEnabled) {
        await page.getByRole("button", { name: "Filter" }).click();
      }
      await expect(licensesPage.rows).toHaveCount(1);
      await expect(licensesPage.rows).toContainText("0 of 2");

      // A key type with a license can't be deleted; an unused one can.
      await page.goto(`/products/${name}/key-types/yearly/delete`);
      await expect(page.getByRole("alert")).toContainText("1 license uses this key type");
      await page.goto(`/products/${name}/key-types/new`);
      await page.getByLabel("Slug").fill("spare");
      await page.getByRole("button", { name: "Add key type" }).click();
      await page.getByRole("link", { name: "spare" }).click();
      await page.getByRole("link", { name: "Delete this key type" }).click();
      await page.getByRole("button", { name: "Delete key type" }).click();
      await expect(page).toHaveURL(`/products/${name}`);
      await expect(page.getByRole("row", { name: /^spare/ })).toHaveCount(0);
    });
  });
}
