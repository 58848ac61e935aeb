"""What makes an agreement and its additions acceptable, and which fields the PSA works out itself."""

from __future__ import annotations

from datetime import date

from psa_sandbox.state.addition_amounts import with_amounts
from psa_sandbox.state.agreement_defaults import with_defaults
from psa_sandbox.state.billing_periods import billing_start
from psa_sandbox.state.errors import FieldError, Refusal, invalid
from psa_sandbox.state.record import day, flag, number, reference, target, text, wire
from psa_sandbox.state.store import Record, Store

BEFORE_BILLING_START = "effectiveDate cannot be less than the agreement billing start date"
ALREADY_INVOICED = (
    "Since this period has already been invoiced there will not be an invoice generated for additional "
    "products for this period. Please prorate the agreement or update the start date to on or after the "
    "Next Invoice Date."
)
NAME_LIMIT = 100

ACTIVE, CANCELLED, EXPIRED, INACTIVE = "Active", "Cancelled", "Expired", "Inactive"
CLOSED = frozenset({CANCELLED, EXPIRED})


def agreement_rule(store: Store, record: Record, previous: Record | None) -> Record:
    """The agreement as it will be kept: defaults of its type, derived fields. Raises Refusal."""
    kept = with_defaults(store, record) if previous is None else _with_start(record, previous)
    _at_midnight(kept, "startDate", "endDate", "billStartDate", "dateCancelled")
    errors = [*_name_errors(store, kept), *_company_errors(store, kept, previous), *_term_errors(kept)]
    if previous is None:
        errors += _type_errors(store, kept)
    if errors:
        raise invalid("agreement", *errors)
    kept["nextInvoiceDate"] = _next_invoice_date(kept, previous)
    kept["agreementStatus"] = agreement_status(store, kept)
    return kept


def agreement_status(store: Store, agreement: Record) -> str:
    """Active, Cancelled, Expired or Inactive [spec] on the sandbox's present day.

    Our reading: cancelled from dateCancelled on (at once without one), expired after endDate unless
    noEndingDateFlag, inactive before startDate.
    """
    today = store.clock.now().date()
    cancelled, end, start = (day(agreement, name) for name in ("dateCancelled", "endDate", "startDate"))
    if flag(agreement, "cancelledFlag") and (cancelled is None or cancelled <= today):
        return CANCELLED
    if end is not None and end < today and not flag(agreement, "noEndingDateFlag"):
        return EXPIRED
    return INACTIVE if start is not None and start > today else ACTIVE


def refresh_statuses(store: Store, *, by: str) -> int:
    """Bring agreementStatus of agreements and additions up to the present day; how many records changed."""
    with store.lock:
        stale = [row for row in store.rows("agreement") if not _is_fresh(store, row)]
        changed = 0
        for row in stale:
            kept = {**row, "agreementStatus": agreement_status(store, row)}
            changed += 1 + spread_status(store, store.replace("agreement", number(row, "id"), kept, by=by), by=by)
        return changed


def spread_status(store: Store, agreement: Record, *, by: str) -> int:
    """Copy an agreement's status to its additions; how many changed."""
    status = agreement["agreementStatus"]
    additions = store.rows("addition", agreementId=agreement["id"])
    stale = [row for row in additions if row.get("agreementStatus") != status]
    for row in stale:
        store.replace("addition", number(row, "id"), {**row, "agreementStatus": status}, by=by)
    return len(stale)


def addition_rule(store: Store, record: Record, previous: Record | None) -> Record:
    """The addition as it will be kept, derived fields filled. Raises Refusal.

    An inactive product is refused by our own rule; the two date messages are the vendor's [field].
    """
    agreement = _agreement_of(store, record)
    kept = dict(record)
    kept["effectiveDate"] = kept.get("effectiveDate") or _default_effective(store, previous)
    _at_midnight(kept, "effectiveDate", "cancelledDate")
    errors = [*_product_errors(store, kept, previous), *_date_errors(kept, agreement, previous)]
    if previous is None:
        errors += _closed_errors(store, agreement)
    if errors:
        raise invalid("addition", *errors)
    return with_amounts(store, kept, agreement)


def addition_delete_rule(store: Store, record: Record) -> None:
    """Raises Refusal 409 when the addition was invoiced: our own rule, the vendor's is not documented."""
    if any(flag(row, "billed") for row in store.rows("additionBilling", additionId=record["id"])):
        message = "The addition has already been invoiced and cannot be deleted. Set its cancelledDate instead."
        raise Refusal(409, "Conflict", message)


def _with_start(record: Record, previous: Record) -> Record:
    """A copy that keeps its start dates where a PUT left them out."""
    empty = [name for name in ("startDate", "billStartDate") if record.get(name) is None]
    return record | {name: previous.get(name) for name in empty}


def _is_fresh(store: Store, agreement: Record) -> bool:
    return agreement.get("agreementStatus") == agreement_status(store, agreement)


def _at_midnight(record: Record, *fields: str) -> None:
    for field in fields:
        moment = day(record, field)
        if moment is not None:
            record[field] = wire(moment)


def _name_errors(store: Store, record: Record) -> list[FieldError]:
    name = text(record, "name")
    if len(name) > NAME_LIMIT:
        message = f"The field name must be a string with a maximum length of {NAME_LIMIT}."
        return [FieldError("MaxLengthField", message, "agreement", "name")]
    others = [row for row in store.find("agreement", name=name) if row["id"] != record.get("id")]
    message = f"An agreement with the name {name} already exists."
    return [FieldError("ObjectExists", message, "agreement", "name")] if others else []


def _company_errors(store: Store, record: Record, previous: Record | None) -> list[FieldError]:
    company_id, contact_id = reference(record, "company"), reference(record, "contact")
    company, contact = (target(store, record, field, field) for field in ("company", "contact"))
    moved = previous is None or reference(previous, "company") != company_id
    errors = []
    if company and moved and not accepts_agreements(store, company):
        message = f"Company {text(company, 'identifier')} is inactive or deleted."
        errors.append(FieldError("InvalidObject", message, "agreement", "company/id"))
    if contact and reference(contact, "company") != company_id:
        message = f"Contact {contact_id} does not belong to company {company_id}."
        errors.append(FieldError("InvalidObject", message, "agreement", "contact/id"))
    return errors


def accepts_agreements(store: Store, company: Record) -> bool:
    """Whether a company is neither deleted nor in a status that disallows saving [spec: CompanyStatus]."""
    status = target(store, company, "status", "companyStatus")
    return not (flag(company, "deletedFlag") or flag(status, "disallowSavingFlag"))


def _type_errors(store: Store, record: Record) -> list[FieldError]:
    kind = target(store, record, "type", "agreementType")
    if not flag(kind, "inactiveFlag"):
        return []
    message = f"Agreement type {text(kind, 'name')} is inactive."
    return [FieldError("InvalidObject", message, "agreement", "type/id")]


def _term_errors(record: Record) -> list[FieldError]:
    start, end = day(record, "startDate"), day(record, "endDate")
    if start is None or end is None or end >= start:
        return []
    return [FieldError("InvalidObject", "endDate cannot be less than the startDate", "agreement", "endDate")]


def _next_invoice_date(record: Record, previous: Record | None) -> str | None:
    start = billing_start(record)
    first = wire(start) if start else None
    if previous is None or _never_invoiced(previous):
        return first
    return text(previous, "nextInvoiceDate") or None


def _never_invoiced(agreement: Record) -> bool:
    moment, start = day(agreement, "nextInvoiceDate"), billing_start(agreement)
    return start is None or (moment is not None and moment <= start)


def _agreement_of(store: Store, addition: Record) -> Record:
    agreement = store.get("agreement", number(addition, "agreementId"))
    if agreement is None:
        raise Refusal(404, "NotFound", f"agreement {addition['agreementId']} not found")
    return agreement


def _default_effective(store: Store, previous: Record | None) -> str:
    return text(previous or {}, "effectiveDate") or wire(store.clock.now().date())


def _closed_errors(store: Store, agreement: Record) -> list[FieldError]:
    status = agreement_status(store, agreement)
    if status not in CLOSED:
        return []
    message = f"The agreement is {status.lower()}; no additions can be added to it."
    return [FieldError("InvalidObject", message, "addition", "agreementId")]


def _product_errors(store: Store, record: Record, previous: Record | None) -> list[FieldError]:
    if previous is not None and reference(previous, "product") == reference(record, "product"):
        return []
    product = target(store, record, "product", "catalogItem")
    name = text(product, "identifier")
    if text(product, "productClass") == "Bundle":
        message = f"Product {name} is of class Bundle and cannot be an addition."
    elif flag(product, "inactiveFlag"):
        message = f"Product {name} is inactive."
    else:
        return []
    return [FieldError("InvalidObject", message, "addition", "product/id")]


def _date_errors(record: Record, agreement: Record, previous: Record | None) -> list[FieldError]:
    effective, cancelled = day(record, "effectiveDate"), day(record, "cancelledDate")
    errors = []
    if effective and (previous is None or day(previous, "effectiveDate") != effective):
        errors += _effective_errors(effective, agreement)
    if effective and cancelled and cancelled < effective:
        message = "cancelledDate cannot be less than the effectiveDate"
        errors.append(FieldError("InvalidObject", message, "addition", "cancelledDate"))
    return errors


def _effective_errors(effective: date, agreement: Record) -> list[FieldError]:
    start, following = billing_start(agreement), day(agreement, "nextInvoiceDate")
    if start is not None and effective < start:
        return [FieldError("InvalidObject", BEFORE_BILLING_START, "addition", "effectiveDate")]
    invoiced = start is not None and (following is None or effective < following)
    if invoiced and not flag(agreement, "prorateFlag"):
        return [FieldError("InvalidObject", ALREADY_INVOICED, "addition", "effectiveDate")]
    return []
