import { expect, type Locator, type Page } from "@playwright/test";

export class AuditPage {
  readonly rows: Locator;
  readonly count: Locator;
  readonly licenseField: Locator;

  constructor(readonly page: Page) {
    this.rows = page.getByRole("table", { name: /^Audit log/ }).getByRole("row").filter({ has: page.getByRole("rowheader") });
    this.count = page.locator(".filters-count");
    this.licenseField = page.getByRole("searchbox", { name: "License" });
  }

  async goto(query = ""): Promise<void> {
    await this.page.goto(`/audit${query}`);
    await this.expectLoaded();
  }

  async expectLoaded(): Promise<void> {
    await expect(this.page.getByRole("heading", { level: 1, name: "Audit log" })).toBeVisible();
  }

  async applyFilters(): Promise<void> {
    await this.page.getByRole("button", { name: "Filter" }).click();
    await this.expectLoaded();
  }

  /** The sentence of a row, without the collapsed details. */
  sentence(row: Locator): Locator {
    return row.locator(".cell-what > p");
  }
}
