"""Every refusal has one JSON shape: a stable code, where, what is wrong and how to mend it, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from cti.datacenter.database import DatabaseRefused, DatabaseUnavailable
from cti.kit.errors import HotlineError, Problem, problem
from cti.kit.logging import get_logger

log = get_logger(__name__)
API = "/api/v1"  # where every resource begins
RETRY_AFTER_SECONDS = 2


class Sentence(BaseModel):
    """One sentence for people."""

    en: str = Field(description="in English", examples=["There is no such contact."])
    zh: str = Field(description="in Chinese", examples=["没有该联络。"])


class ErrorBody(BaseModel):
    """What every 4xx and 5xx answer holds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "contact.unknown",
                    "where": "01JD8Q7M0W3V9K2X4Z6B8N1R5T",
                    "what": {"en": "There is no such contact.", "zh": "没有该联络。"},
                    "mend": {"en": "Check the id.", "zh": "请检查编号。"},
                }
            ]
        }
    )

    code: str = Field(description="stable; what programs look at")
    where: str = Field(description="the parameter, path or part that is wrong")
    what: Sentence = Field(description="what is wrong")
    mend: Sentence = Field(description="how to mend it")


class ApiError(HotlineError):
    """A request that is refused with an HTTP status."""

    status = 400

    def __init__(self, *problems: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(*problems)
        self.headers = headers


class NotFound(ApiError):
    status = 404


class Unauthorized(ApiError):
    status = 401


class Conflict(ApiError):
    status = 409


class BadRequest(ApiError):
    status = 422


_HTTP: Final[dict[int, tuple[str, str, str, str, str]]] = {
    400: ("request.unreadable", "The request cannot be read.", "无法读取该请求。", "Send valid JSON.", "请发送有效的 JSON。"),
    404: ("request.no_such_path", "There is nothing at this address.", "该地址不存在。",
          "See /openapi.json for what there is.", "可用的地址见 /openapi.json。"),
    405: ("request.method", "This address does not take this method.", "该地址不支持此方法。",
          "See /openapi.json for the methods.", "可用的方法见 /openapi.json。"),
    408: ("request.incomplete", "The rest of the request has not come.", "请求未完整到达。", "Send it again.", "请重新发送。"),
    413: ("request.too_large", "The request is too large.", "请求过大。", "Send less at a time.", "请分批发送。"),
    415: ("request.media_type", "The request is not JSON.", "请求不是 JSON。", "Send application/json.", "请发送 application/json。"),
}  # fmt: skip
_OTHER = ("request.refused", "The request was refused.", "请求被拒绝。", "See /openapi.json.", "见 /openapi.json。")


def answer(status: int, found: Problem, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """A refusal in the one shape; `more` adds fields that an endpoint documents."""
    body = {
        "code": found.code,
        "where": found.where,
        "what": {"en": found.what.en, "zh": found.what.zh},
        "mend": {"en": found.mend.en, "zh": found.mend.zh},
    }
    return JSONResponse(body | more, status, headers=dict(headers or {}))


def install(app: FastAPI) -> None:
    """Makes `app` answer every fault in the one shape, with no traceback."""
    app.add_exception_handler(ApiError, _on_api_error)
    app.add_exception_handler(DatabaseUnavailable, _on_database)
    app.add_exception_handler(DatabaseRefused, _on_database)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_fault)


async def _on_api_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return answer(error.status, error.problems[0], error.headers)


async def _on_database(_request: Request, error: Exception) -> Response:
    """Never as a fault: sites would take the facts that they sent for its cause."""
    assert isinstance(error, DatabaseUnavailable | DatabaseRefused)
    cause = error.cause if isinstance(error, DatabaseUnavailable) else type(error.__cause__).__name__
    log.warning("database.unavailable", code=error.problems[0].code, cause=cause)
    found = replace(error.problems[0], where="database")  # where it stands is the operator's business
    return answer(503, found, {"Retry-After": str(RETRY_AFTER_SECONDS)})


async def _on_validation(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"])[:200]
    said = str(first["msg"])[:300].rstrip(".")
    found = problem(
        "request.invalid",
        where,
        f"{where}: {said}.",
        f"{where} 的值无效（{said}）。",
        "Correct the value.",
        "请更正该值。",
    )
    return answer(422, found)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    found = problem(*_place(_HTTP.get(error.status_code, _OTHER), request.url.path[:200]))
    return answer(error.status_code, found, error.headers)


async def _on_fault(request: Request, _error: Exception) -> Response:
    # The server logs the traceback itself; the client learns no more than that it happened.
    found = problem("datacenter.fault", request.url.path[:200], "A fault of ours.", "服务内部故障。",
                    "Try again; if it stays, send the operator the time of this answer.",
                    "请重试；若仍然失败，请把发生时间告诉运维人员。")  # fmt: skip
    return answer(500, found)


def _place(sentences: tuple[str, str, str, str, str], where: str) -> tuple[str, str, str, str, str, str]:
    code, en, zh, mend_en, mend_zh = sentences
    return code, where, en, zh, mend_en, mend_zh


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How an operation documents the refusals it may give."""
    said = {
        401: "The bearer token is missing or wrong.",
        404: "There is no such thing.",
        409: "Somebody else was faster.",
        413: "The request is larger than 4 MiB; a version, than 96 MiB; a schedule, than 32 MiB.",
        422: "A parameter or the body is wrong.",
        429: "Too many batches at once. `Retry-After` says in how many seconds to try again.",
        503: "The database does not answer, or is busy. `Retry-After` says in how many seconds to try again.",
    }
    return {status: {"model": ErrorBody, "description": said[status]} for status in statuses}
