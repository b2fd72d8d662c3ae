"""The task types that a house begins with, and the first version of each one's form.

Data of a migration: what is changed later is changed by supervisors, at ``/forms``. Texts are written
``简体|繁體|English``.
"""

# Three languages side by side are wide.
# ruff: noqa: E501

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def _words(text: str) -> dict[str, str]:
    return dict(zip(("zh-Hans", "zh-Hant", "en"), text.split("|"), strict=True))


def _when(field: str, value: Any, op: str = "is") -> list[Json]:
    return [{"field": field, "op": op, "value": value}]


def _field(kind: str, id: str, label: str, **more: Any) -> Json:
    if "hint" in more:
        more["hint"] = _words(more["hint"])
    if "options" in more:
        more["options"] = [{"id": each, "label": _words(text)} for each, text in more["options"].items()]
    return {"id": id, "type": kind, "label": _words(label), **more}


def _section(id: str, title: str, *fields: Json, **more: Any) -> Json:
    return {"id": id, "title": _words(title), "fields": list(fields), **more}


PARTS = _field("parts", "parts_used", "用了哪些备件|用了哪些備品|Parts used")
SAFE = "离开前|離開前|Before leaving"
CLEAN = _field("check", "site_clean", "现场已清理|現場已清理|The site is clean", required=True)
METER_NUMBER = _field("serial", "meter_number", "水表号|水錶號|Meter number", required=True, min_length=4)
PHOTO_WITH_NUMBER = "拍到表盘和表号|拍到錶盤和錶號|With the dial and the number in it"
SIGNED = _field("signature", "signature", "用户签字|用戶簽名|Customer's signature")
ACCESS = "是否入户|是否入戶|Was there access"


def _reading(id: str, label: str, **more: Any) -> Json:
    ends = {"min": 0, "max": 999999.999, "decimals": 3}
    return _field("reading", id, label, unit="m³", hint=PHOTO_WITH_NUMBER, **ends, **more)


def _access(no: str = "no_access", *, needed: bool = True) -> Json:
    options = {"yes": "是|是|Yes", no: "无人或拒绝|無人或拒絕|Nobody there, or refused"}
    return _field("choice", "access", ACCESS, required=needed, options=options)


AWAY = _field(
    "photo",
    "card_photo",
    "通知单照片|通知單照片|Photo of the card left",
    max=2,
    visible_when=_when("access", "no_access"),
)
IN = _when("access", "yes")

LEAK = [
    _section(
        "result", "结果|結果|Result",
        _field("choice", "outcome", "处理结果|處理結果|Outcome", required=True, options={
            "repaired": "已修好|已修好|Repaired",
            "made_safe": "已临时处理|已臨時處理|Made safe for now",
            "customer_side": "属用户自管部分|屬用戶自管部分|On the customer's side",
            "no_leak": "未发现漏水|未發現漏水|No leak found",
            "no_access": "未能入户|未能入戶|No access",
        }),
        _field("choice", "place", "漏点位置|漏點位置|Where it leaked", visible_when=[
            {"field": "outcome", "op": "filled", "value": True},
            {"field": "outcome", "op": "is_not", "value": "no_leak"},
            {"field": "outcome", "op": "is_not", "value": "no_access"},
        ], options={
            "main": "干管|幹管|Main", "service": "进户管|進戶管|Service pipe", "curb_stop": "路边止水阀|路邊止水栓|Curb stop",
            "meter": "水表及接头|水錶及接頭|Meter or its joints", "inside": "户内|戶內|Inside",
        }),
        _field("text", "follow_up", "还需要做什么|還需要做什麼|What is still to be done", lines=2, required=True,
               max_length=500, visible_when=_when("outcome", "made_safe")),
    ),
    _section(
        "work", "维修|維修|Repair",
        _field("multi", "done", "做了什么|做了什麼|What was done", options={
            "tightened": "紧固接头|鎖緊接頭|Joint tightened", "gasket": "换垫片|換墊片|Gasket replaced",
            "clamp": "装抱箍|裝管夾|Clamp fitted", "pipe": "换管段|換管段|Piece of pipe replaced",
            "valve": "换阀|換閥|Valve replaced",
        }),
        PARTS,
        _field("photo", "after", "修好后照片|修好後照片|Photo after the repair", max=4),
        _field("number", "pressure", "恢复后压力|恢復後壓力|Pressure afterwards", unit="MPa", min=0, max=1.6, decimals=2),
        visible_when=_when("outcome", "repaired"),
    ),
]  # fmt: skip

COMPLAINT = [
    _section(
        "finding", "情况|情況|Finding",
        _field("choice", "outcome", "结论|結論|Conclusion", required=True, options={
            "ours": "我方原因|我方原因|Our side", "customer": "用户自管部分|用戶自管部分|Customer's side",
            "none": "现场正常|現場正常|Nothing wrong on site", "no_access": "未能入户|未能入戶|No access",
        }),
        _field("number", "pressure", "水压|水壓|Pressure", unit="MPa", min=0, max=1.6, decimals=2),
        _field("number", "flow", "放水流量|放水流量|Flow at the tap", unit="L/min", min=0, max=200, decimals=1),
        _field("text", "cause", "原因|原因|Cause", lines=2, max_length=500, required_when=_when("outcome", "ours")),
        PARTS,
    ),
    _section(
        "customer", "用户|用戶|Customer",
        _field("check", "explained", "已向用户说明|已向用戶說明|Explained to the customer"),
        SIGNED,
        visible_when=[*_when("outcome", True, "filled"), *_when("outcome", "no_access", "is_not")],
    ),
]  # fmt: skip

METER_READING = [
    _section(
        "meter", "水表|水錶|Meter",
        _access(),
        AWAY,
        METER_NUMBER | {"required": False, "required_when": IN, "visible_when": IN},
        _reading("reading", "读数|讀數|Reading", required=True, visible_when=IN),
        _field("multi", "faults", "异常|異常|Anything wrong", visible_when=IN, options={
            "fogged": "表盘起雾|錶盤起霧|Dial fogged", "stopped": "停走|停走|Stopped", "leaking": "接头漏水|接頭漏水|Joint leaks",
            "seal": "铅封缺失|鉛封缺失|Seal missing", "buried": "表井被埋压|錶箱被埋壓|Pit buried or blocked",
        }),
        _field("text", "fault_note", "异常说明|異常說明|What exactly", max_length=300,
               visible_when=[{"field": "faults", "op": "filled", "value": True}]),
    ),
]  # fmt: skip

METER_SWAP = [
    _section(
        "old", "旧表|舊錶|Old meter",
        _access(),
        AWAY,
        METER_NUMBER | {"id": "old_number", "visible_when": IN},
        _reading("old_reading", "旧表止度|舊錶止度|Last reading", required=True, visible_when=IN),
        _field("choice", "reason", "换表原因|換錶原因|Why it was replaced", required=True, visible_when=IN, options={
            "age": "到期轮换|到期輪換|Its time was up", "stopped": "停走|停走|Stopped", "damaged": "损坏|損壞|Damaged",
            "smart": "换智能表|換智慧水錶|Smart meter",
        }),
    ),
    _section(
        "new", "新表|新錶|New meter",
        METER_NUMBER | {"id": "new_number"},
        _reading("new_reading", "新表起度|新錶起度|First reading", required=True),
        _field("choice", "size", "口径|口徑|Size", required=True, options={
            "dn15": "DN15|DN15|DN15", "dn20": "DN20|DN20|DN20", "dn25": "DN25|DN25|DN25", "dn40": "DN40|DN40|DN40",
        }),
        _field("serial", "seal", "铅封号|鉛封號|Seal number"),
        PARTS,
        visible_when=IN,
    ),
    _section(
        "check", SAFE,
        _field("check", "no_leak", "通水后不漏|通水後不漏|No leak with the water on", required=True),
        CLEAN,
        SIGNED,
        visible_when=IN,
    ),
]  # fmt: skip

COLLECTION = [
    _section(
        "visit", "走访|訪視|Visit",
        _field("choice", "outcome", "结果|結果|Outcome", required=True, options={
            "paid": "已缴清|已繳清|Paid", "promised": "承诺缴费|承諾繳費|Promised to pay", "plan": "要求分期|要求分期|Asks for instalments",
            "disputed": "对账单有异议|對帳單有異議|Disputes the bill", "absent": "无人|無人|Nobody there",
            "moved": "已搬走|已搬走|Moved away",
        }),
        _field("number", "amount", "金额|金額|Amount", unit="¥", min=0, max=1000000, decimals=2,
               required=True, visible_when=_when("outcome", "paid")),
        _field("date", "pay_by", "承诺缴费日|承諾繳費日|Will pay by", required=True,
               visible_when=_when("outcome", "promised")),
        _field("text", "dispute", "异议内容|異議內容|What is disputed", lines=2, max_length=500, required=True,
               visible_when=_when("outcome", "disputed")),
        _field("photo", "notice", "已送达通知照片|已送達通知照片|Photo of the notice left", required=True, max=2,
               visible_when=_when("outcome", "absent")),
    ),
    _section(
        "care", "关怀|關懷|Care",
        _field("check", "hardship", "可能有困难，需关怀|可能有困難，需關懷|May be in hardship: needs care"),
        SIGNED,
    ),
]  # fmt: skip

VALVE_ROUND = [
    _section(
        "valve", "阀门|閥門|Valve",
        _field("serial", "valve_number", "阀门编号|閥門編號|Valve number", required=True),
        _field("choice", "state", "状态|狀態|State as found", required=True, options={
            "works": "启闭灵活|開關靈活|Turns freely", "stiff": "偏紧|偏緊|Stiff", "stuck": "卡死|卡死|Stuck",
            "leaking": "漏水|漏水|Leaks", "not_found": "未找到|未找到|Not found",
        }),
        _field("number", "turns", "启闭圈数|開關圈數|Turns", min=0, max=200, decimals=1,
               visible_when=[*_when("state", True, "filled"), *_when("state", "not_found", "is_not")]),
        _field("check", "open_again", "已恢复原状态|已恢復原狀態|Left as it was found", required=True,
               visible_when=[*_when("state", True, "filled"), *_when("state", "not_found", "is_not")]),
    ),
    _section(
        "pit", "井室|人孔|Chamber",
        _field("multi", "pit", "井室情况|人孔情況|Chamber", options={
            "clean": "干净|乾淨|Clean", "water": "积水|積水|Standing water", "cover": "井盖损坏|人孔蓋損壞|Cover damaged",
            "covered": "被压占|被壓占|Built or parked over",
        }),
        _field("photo", "photo", "照片|照片|Photo", required=True, max=4),
        PARTS,
    ),
]  # fmt: skip

SAMPLING = [
    _section(
        "sample", "采样|採樣|Sample",
        _field("serial", "bottle", "样品瓶编号|樣品瓶編號|Bottle number", required=True),
        _field("choice", "point", "采样点|採樣點|Sampling point", required=True, options={
            "tap": "用户水龙头|用戶水龍頭|Customer's tap", "hydrant": "消火栓|消防栓|Hydrant", "outlet": "出厂水|清水出口|Works outlet",
            "tank": "水箱|水塔|Tank",
        }),
        _field("check", "flushed", "已放水至水温稳定|已放水至水溫穩定|Run until the temperature was steady", required=True),
    ),
    _section(
        "values", "现场检测|現場檢測|Measured on site",
        _field("number", "chlorine", "游离余氯|自由有效餘氯|Free chlorine", unit="mg/L", min=0, max=10, decimals=2, required=True),
        _field("number", "turbidity", "浑浊度|濁度|Turbidity", unit="NTU", min=0, max=1000, decimals=2, required=True),
        _field("number", "ph", "pH|pH|pH", min=0, max=14, decimals=1, required=True),
        _field("number", "temperature", "水温|水溫|Temperature", unit="°C", min=0, max=60, decimals=1),
        _field("text", "why_low", "余氯偏低的说明|餘氯偏低的說明|Why the chlorine is low", required=True, max_length=300,
               visible_when=_when("chlorine", 0.05, "at_most")),
        _field("photo", "photo", "样品照片|樣品照片|Photo of the sample", required=True, max=3),
    ),
]  # fmt: skip

WELFARE = [
    _section(
        "visit", "探访|訪視|Visit",
        _field("choice", "met", "见到本人|見到本人|Was the person met", required=True, options={
            "yes": "是|是|Yes", "family": "见到家人或邻居|見到家人或鄰居|Family or a neighbour", "no": "否|否|No",
        }),
        _field("choice", "water", "供水情况|供水情況|Water", required=True, visible_when=[*_when("met", True, "filled"), *_when("met", "no", "is_not")], options={
            "fine": "正常|正常|Fine", "low": "水小|水小|Low", "none": "无水|無水|None",
        }),
        _field("check", "bottles", "已送瓶装水|已送瓶裝水|Bottled water brought"),
        _field("multi", "needs", "需要|需要|Needs", options={
            "medical": "医疗用水|醫療用水|Water for medical care", "carry": "行动不便|行動不便|Cannot carry water",
            "contact": "联系家人|通知家人|Family to be told", "other": "其他部门协助|其他單位協助|Another service",
        }),
        _field("text", "worry", "担心的事|擔心的事|What is worrying", lines=2, max_length=500,
               required_when=_when("met", "no")),
    ),
]  # fmt: skip

PUBLICITY = [
    _section(
        "round", "宣传|宣導|Publicity",
        _field("choice", "topic", "主题|主題|Topic", required=True, options={
            "shut_off": "停水通知|停水通知|Shut-off notice", "saving": "节水|節水|Saving water", "frost": "防冻|防凍|Frost",
            "billing": "缴费方式|繳費方式|Ways to pay", "other": "其他|其他|Other",
        }),
        _field("number", "households", "通知户数|通知戶數|Households told", min=0, max=5000, decimals=0, required=True),
        _field("photo", "photo", "张贴照片|張貼照片|Photo of the notice put up", required=True, max=6),
        _field("text", "questions", "居民问题|住戶問題|What people asked", lines=2, max_length=500),
    ),
]  # fmt: skip

SHUT_OFF = [
    _section(
        "before", "停水前|停水前|Before",
        _field("check", "told", "居民已通知|住戶已通知|Households were told", required=True),
        _field("check", "dependants", "用水依赖者已确认|用水依賴者已確認|Dependants were spoken to", required=True),
        _field("number", "pressure_before", "停水前压力|停水前壓力|Pressure before", unit="MPa", min=0, max=1.6, decimals=2),
    ),
    _section(
        "closing", "关阀|關閥|Closing",
        _field("number", "valves", "关闭阀门数|關閉閥門數|Valves closed", min=0, max=50, decimals=0, required=True),
        _field("check", "dry", "已确认无水|已確認無水|Found to be without water", required=True),
        _field("photo", "valve_photo", "阀门照片|閥門照片|Photo of the valves", max=6),
        PARTS,
    ),
    _section(
        "after", "恢复|恢復|Restoring",
        _field("check", "opened", "全部阀门已打开|全部閥門已打開|Every valve is open again", required=True),
        _field("check", "flushed", "已排气排污|已排氣排泥|Flushed and vented", required=True),
        _field("number", "pressure_after", "恢复后压力|恢復後壓力|Pressure afterwards", unit="MPa", min=0, max=1.6, decimals=2,
               required=True),
        _field("number", "turbidity", "浑浊度|濁度|Turbidity", unit="NTU", min=0, max=1000, decimals=2),
        CLEAN,
    ),
]  # fmt: skip

ISOLATION = [
    _section(
        "closing", "关阀|關閥|Closing",
        _field("number", "valves", "关闭阀门数|關閉閥門數|Valves closed", min=0, max=50, decimals=0, required=True),
        _field("check", "dry", "已确认无水|已確認無水|Found to be without water", required=True),
        _field("multi", "trouble", "阀门问题|閥門問題|Trouble with valves", options={
            "stuck": "打不动|轉不動|Stuck", "buried": "找不到或被埋|找不到或被埋|Buried or not found",
            "passing": "关不严|關不緊|Does not close tight",
        }),
        _field("photo", "valve_photo", "阀门照片|閥門照片|Photo of the valves", max=6),
    ),
]  # fmt: skip

EXCAVATION = [
    _section(
        "safety", "开挖前|開挖前|Before digging",
        _field("check", "services_located", "其他管线已探明|其他管線已探明|Other services were located", required=True),
        _field("check", "fenced", "已围挡并设标志|已圍擋並設標誌|Fenced and signed", required=True),
    ),
    _section(
        "trench", "沟槽|溝槽|Trench",
        _field("number", "length", "长度|長度|Length", unit="m", min=0, max=100, decimals=1, required=True),
        _field("number", "depth", "深度|深度|Depth", unit="m", min=0, max=10, decimals=1, required=True),
        _field("check", "shored", "沟壁已支护|溝壁已支撐|The sides are shored", required_when=_when("depth", 1.2, "at_least")),
        _field("photo", "trench_photo", "沟槽照片|溝槽照片|Photo of the trench", max=4),
    ),
]  # fmt: skip

REINSTATEMENT = [
    _section(
        "refill", "回填|回填|Refill",
        _field("check", "compacted", "已分层夯实|已分層夯實|Compacted in layers", required=True),
        _field("choice", "surface", "路面|路面|Surface", required=True, options={
            "final": "已永久恢复|已永久復原|Restored for good", "temporary": "临时恢复|臨時復原|Temporary",
            "green": "绿地|綠地|Green ground",
        }),
        _field("text", "follow_up", "还需要做什么|還需要做什麼|What is still to be done", lines=2, required=True,
               max_length=500, visible_when=_when("surface", "temporary")),
        _field("photo", "surface_photo", "路面照片|路面照片|Photo of the surface", max=4),
        CLEAN,
    ),
]  # fmt: skip

HOUR = 3600
DAY = 24 * HOUR


def _type(code: str, name: str, category: str, skill: str, sections: list[Json], **more: Any) -> Json:
    words = _words(name)
    usual = {
        "severity": "minor",
        "level": 1,
        "duration_s": 1800,
        "clock_s": None,
        "proof": "form",
        "close_level": 0,
        "settled_by": "dispatcher",
    }
    names = {"name": words["zh-Hans"], "name_zh_hant": words["zh-Hant"], "name_en": words["en"]}
    form = {"definition": {"sections": sections}}
    return {"code": code, **names, "category": category, "skill": skill, **usual, **more, **form}


# Visits that a customer asked for could be finished with a note alone before there were forms, and still can.
TASK_TYPES = (
    _type("leak_visit", "漏水处理|漏水處理|Leak visit", "leak", "leak_repair", LEAK,
          severity="major", duration_s=HOUR, proof="note_or_photo"),
    _type("complaint", "用水投诉|用水申訴|Complaint", "other", "consulting", COMPLAINT, proof="note_or_photo"),
    _type("meter_reading", "抄表|抄錶|Meter reading round", "meter", "meter_work", METER_READING,
          duration_s=900, clock_s=5 * DAY),
    _type("meter_swap", "换表|換錶|Meter swap", "meter", "meter_work", METER_SWAP,
          duration_s=2400, clock_s=7 * DAY, close_level=1),
    _type("collection", "催费走访|催繳訪視|Collection visit", "other", "consulting", COLLECTION,
          duration_s=1200, clock_s=7 * DAY),
    _type("valve_round", "巡检与阀门巡查|巡檢與閥門巡查|Inspection and valve round", "other", "valve", VALVE_ROUND,
          clock_s=5 * DAY),
    _type("sampling", "水质采样|水質採樣|Sampling", "dirty_water", "water_quality", SAMPLING,
          clock_s=DAY, close_level=1),
    _type("welfare_check", "关怀探访|關懷訪視|Welfare check", "other", "consulting", WELFARE,
          severity="major", duration_s=1200, clock_s=4 * HOUR),
    _type("publicity", "宣传通知|宣導通知|Publicity", "other", "consulting", PUBLICITY,
          duration_s=HOUR, clock_s=3 * DAY),
    _type("shut_off", "计划停水|計畫停水|Planned shut-off", "no_water", "valve", SHUT_OFF,
          level=2, duration_s=3 * HOUR, clock_s=DAY, close_level=2, settled_by="supervisor"),
)  # fmt: skip

# Work around a repair, as steps of a chain.
REPAIR_TYPES = (
    _type("isolation", "关阀停水|關閥停水|Isolation", "other", "valve", ISOLATION,
          severity="major", proof="note_or_photo"),
    _type("excavation", "开挖|開挖|Excavation", "other", "leak_repair", EXCAVATION,
          severity="major", duration_s=2 * HOUR, proof="note_or_photo"),
    _type("reinstatement", "回填与路面恢复|回填與路面復原|Reinstatement", "other", "leak_repair", REINSTATEMENT,
          severity="major", duration_s=5400, proof="note_or_photo"),
)  # fmt: skip
