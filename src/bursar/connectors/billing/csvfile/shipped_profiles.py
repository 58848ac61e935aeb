"""Profiles that come with Bursar, as the JSON documents a user would write: the canonical one and two examples."""

CANONICAL = """{
  "name": "canonical",
  "description": "Headings, dates and numbers as in the guide on invoice line files."
}
"""

SEMICOLON_EURO = """{
  "name": "example-semicolon-euro",
  "description": "A European spreadsheet export: semicolons, 31.10.2026, 1.234,56, short codes and a total row.",
  "format": "csv",
  "encoding": "cp1252",
  "delimiter": ";",
  "header_row": 3,
  "columns": {
    "Bill no": "invoice_number",
    "Billed on": "invoice_date",
    "State": "invoice_status",
    "Account": "organization_id",
    "Account holder": "organization_name",
    "Interval": "billing_cycle",
    "Service ref": "subscription_id",
    "Service": "subscription_name",
    "Article": "offer_id",
    "Article text": "offer_name",
    "Kind": "charge_type",
    "From": "charge_start",
    "To": "charge_end",
    "Pieces": "quantity",
    "Each": "unit_price",
    "Net": "total"
  },
  "constants": {"currency": "EUR"},
  "date_formats": ["DD.MM.YYYY"],
  "decimal_style": "1.234,56",
  "values": {
    "charge_type": {"R": "Cycle Fee", "N": "Purchase Fee", "K": "Correction", "V": "Usage Fee", "E": "One Time Fee"},
    "billing_cycle": {"M": "Monthly", "Q": "Quarterly", "Y": "Annual", "": "One Time"},
    "invoice_status": {"final": "Verified"}
  },
  "skip_rows": [
    {"column": "Bill no", "empty": true},
    {"column": "Account holder", "equals": ["Total", "Subtotal"]}
  ]
}
"""

CAMEL_CASE_JSON = """{
  "name": "example-camel-case-json",
  "description": "An API's answer saved to a file: JSON objects with camelCase keys and date-times.",
  "format": "json",
  "columns": {
    "documentId": "invoice_number",
    "issuedAt": "invoice_date",
    "documentState": "invoice_status",
    "tenantId": "organization_id",
    "tenantTitle": "organization_name",
    "agreementRef": "contract_id",
    "renewalTerm": "billing_cycle",
    "entitlementId": "subscription_id",
    "entitlementTitle": "subscription_name",
    "skuCode": "offer_id",
    "skuTitle": "offer_name",
    "reason": "charge_type",
    "periodFrom": "charge_start",
    "periodTo": "charge_end",
    "seats": "quantity",
    "seatPrice": "unit_price",
    "seatCost": "unit_cost",
    "lineAmount": "total",
    "currencyCode": "currency",
    "rowKey": "line_id",
    "total": null
  },
  "values": {
    "charge_type": {
      "cycleFee": "Cycle Fee",
      "newPurchase": "Purchase Fee",
      "adjustment": "Correction",
      "metered": "Usage Fee",
      "single": "One Time Fee"
    },
    "billing_cycle": {
      "P1M": "Monthly",
      "P3M": "Quarterly",
      "P6M": "Semi-Annual",
      "P1Y": "Annual",
      "P3Y": "Triennial",
      "none": "One Time"
    },
    "invoice_status": {"approved": "Verified"}
  },
  "round_total": true
}
"""

SHIPPED_PROFILES = {
    "canonical": CANONICAL,
    "example-semicolon-euro": SEMICOLON_EURO,
    "example-camel-case-json": CAMEL_CASE_JSON,
}
"""Name to JSON text. The examples are invented; copy one and change it."""
