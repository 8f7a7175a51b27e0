import { expect, type Locator, type Page } from "@playwright/test";

export class AuditPage {
  readonly rows: Locator;
  readonly count: Locator;
  readonly license: Locator;

  constructor(readonly page: Page) {
    this.rows = page.getByRole("table", { name: /^Audit log/ }).getByRole("row").filter({ has: page.getByRole("rowheader") });
    this.count = page.locator(".filters-count");
    this.license = page.getByRole("searchbox", { name: "About which license" });
  }

  async goto(query = ""): Promise<void> {
    await this.page.goto(`/audit${query}`);
    await this.shown();
  }

  async shown(): Promise<void> {
    await expect(this.page.getByRole("heading", { level: 1, name: "Audit log" })).toBeVisible();
  }

  async filter(): Promise<void> {
    await this.page.getByRole("button", { name: "Filter" }).click();
    await this.shown();
  }

  /** The sentence of a row, without what is folded below it. */
  sentence(row: Locator): Locator {
    return row.locator(".c-what > p");
  }
}
