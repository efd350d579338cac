"""The demo's customers and policies, invented. `docs/demo-data.md` lists them."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from cti.datacenter.database import Database
from cti.datacenter.models import CustomerRow, PolicyRow
from cti.datacenter.policies.schemas import PolicyStatus

_IN_FORCE, _LAPSED, _EXPIRED, _CANCELLED = (
    PolicyStatus.IN_FORCE, PolicyStatus.LAPSED, PolicyStatus.EXPIRED, PolicyStatus.CANCELLED)  # fmt: skip

# id, number, name, grade, city, customer since, notes
_CUSTOMERS: Final = (
    ("C1001", "13800138000", "张三丰", "gold", "上海", "2012", "车险老客户，续保在即；请称呼张先生"),
    ("C1002", "13800138001", "李晓梅", "silver", "北京", "2016", "去年有一次理赔，已结案"),
    ("C1003", "13900139000", "王建国", "standard", "广州", "2019", "只接受上午回访"),
    ("C1004", "13900139001", "赵敏", "gold", "杭州", "2010", "企业团险联系人"),
    ("C1005", "13700137000", "陈国栋", "standard", "成都", "2021", "新客户，首年免费道路救援"),
    ("C1006", "13700137001", "刘思远", "silver", "武汉", "2017", "投诉处理中，工单尚未关闭"),
    ("C1007", "13600136000", "黄丽华", "standard", "深圳", "2020", "粤语优先"),
    ("C1008", "13600136001", "周文博", "gold", "南京", "2008", "同时持有人寿与车险"),
    ("C1009", "13500135000", "吴佳怡", "standard", "天津", "2022", "保单已退，回访意向未知"),
    ("C1010", "13500135001", "孙志强", "silver", "西安", "2015", "货运车队，三辆车"),
    ("C1011", "02162345678", "上海晨光贸易有限公司", "gold", "上海", "2011", "固定电话；财产险联系人何女士"),
    ("C1012", "18800188000", "John Smith 约翰", "standard", "上海", "2023", "English preferred"),
)

# number, customer, status, product, last day
_POLICIES: Final = (
    ("80012345678", "C1001", _IN_FORCE, "机动车商业保险", date(2027, 3, 31)),
    ("80012345679", "C1001", _IN_FORCE, "机动车交通事故责任强制保险", date(2027, 3, 31)),
    ("80023456789", "C1002", _IN_FORCE, "家庭财产保险", date(2027, 8, 15)),
    ("80034567890", "C1003", _LAPSED, "终身寿险", date(2039, 5, 20)),
    ("600100200", "C1004", _IN_FORCE, "团体意外伤害保险", date(2027, 12, 31)),
    ("80045678901", "C1005", _IN_FORCE, "机动车商业保险", date(2027, 6, 1)),
    ("80056789012", "C1006", _EXPIRED, "境外旅行保险", date(2025, 10, 7)),
    ("80067890123", "C1007", _IN_FORCE, "重大疾病保险", date(2041, 1, 9)),
    ("80078901234", "C1008", _IN_FORCE, "年金保险", date(2035, 9, 30)),
    ("12345678", "C1008", _IN_FORCE, "机动车商业保险", date(2027, 2, 14)),
    ("80089012345", "C1009", _CANCELLED, "百万医疗保险", date(2026, 4, 30)),
    ("80090123456", "C1010", _IN_FORCE, "营运货车保险", date(2027, 7, 18)),
    ("600300400500", "C1011", _IN_FORCE, "企业财产保险", date(2027, 11, 30)),
    ("87654321", "C1012", _EXPIRED, "短期健康保险", date(2026, 2, 28)),
)


async def add_samples(database: Database) -> None:
    """Adds what is not there yet; changes nothing that is. Raises `DatabaseUnavailable`."""
    customers: list[dict[str, Any]] = [
        {
            "id": i,
            "number": number,
            "name": name,
            "grade": grade,
            "notes": notes,
            "fields": {"city": city, "since": since},
        }
        for i, number, name, grade, city, since, notes in _CUSTOMERS
    ]
    policies: list[dict[str, Any]] = [
        {"number": number, "customer": customer, "status": status, "product": product, "expires_on": expires_on}
        for number, customer, status, product, expires_on in _POLICIES
    ]
    insert = postgresql_insert if database.is_postgresql else sqlite_insert
    async with database.writing() as connection:
        await connection.execute(insert(CustomerRow).on_conflict_do_nothing(), customers)
        await connection.execute(insert(PolicyRow).on_conflict_do_nothing(), policies)
