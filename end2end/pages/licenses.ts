import { expect, type Locator, type Page } from "@playwright/test";

export class LicensesPage {
  readonly heading: Locator;
  readonly rows: Locator;
  readonly next: Locator;
  readonly previous: Locator;
  readonly count: Locator;
  readonly search: Locator;
  readonly productFilter: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { level: 1, name: "Licenses" });
    this.rows = page.getByRole("table", { name: "Licenses" }).getByRole("row").filter({ has: page.getByRole("rowheader") });
    this.next = page.getByRole("link", { name: "Next" });
    this.previous = page.getByRole("link", { name: "Previous" });
    this.count = page.locator(".filters-count");
    this.search = page.getByRole("searchbox", { name: "Search licenses" });
    this.productFilter = page.getByRole("combobox", { name: "Product" });
  }

  async goto(): Promise<void> {
    await this.page.goto("/licenses");
    await expect(this.heading).toBeVisible();
  }

  row(displayKey: string): Locator {
    return this.rows.filter({ has: this.page.getByRole("rowheader", { name: displayKey, exact: true }) });
  }

  async waitForHydration(): Promise<void> {
    await expect(this.page.locator("html[data-hydrated]")).toBeAttached();
  }

  statusFilter(name: string): Locator {
    return this.page.getByRole("radio", { name });
  }

  /** Returns the cell contents of a column on this page, from top to bottom. */
  async columnTexts(column: string): Promise<string[]> {
    return this.rows.locator(`.cell-${column}`).allInnerTexts();
  }

  /** Returns the display keys on this page, from top to bottom. */
  async displayKeys(): Promise<string[]> {
    return this.rows.getByRole("rowheader").allInnerTexts();
  }
}
