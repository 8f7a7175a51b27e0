import { expect, type Locator, type Page } from "@playwright/test";

export class LicensesPage {
  readonly heading: Locator;
  readonly rows: Locator;
  readonly next: Locator;
  readonly previous: Locator;
  readonly count: Locator;
  readonly search: Locator;
  readonly product: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { level: 1, name: "Licenses" });
    this.rows = page.getByRole("table", { name: "Licenses" }).getByRole("row").filter({ has: page.getByRole("rowheader") });
    this.next = page.getByRole("link", { name: "Next" });
    this.previous = page.getByRole("link", { name: "Previous" });
    this.count = page.locator(".filters-count");
    this.search = page.getByRole("searchbox", { name: "Search licenses" });
    this.product = page.getByRole("combobox", { name: "Product" });
  }

  async goto(): Promise<void> {
    await this.page.goto("/licenses");
    await expect(this.heading).toBeVisible();
  }

  /** The row of the license with this display key. */
  row(displayKey: string): Locator {
    return this.rows.filter({ has: this.page.getByRole("rowheader", { name: displayKey, exact: true }) });
  }

  async hydrated(): Promise<void> {
    await expect(this.page.locator("html[data-hydrated]")).toBeAttached();
  }

  status(name: string): Locator {
    return this.page.getByRole("radio", { name });
  }

  /** The cells of a column, in order. */
  async column(cell: string): Promise<string[]> {
    return this.rows.locator(`.c-${cell}`).allInnerTexts();
  }

  /** The display keys of the rows, in order. */
  async keys(): Promise<string[]> {
    return this.rows.getByRole("rowheader").allInnerTexts();
  }
}
