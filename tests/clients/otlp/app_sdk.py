"""The OpenTelemetry SDK alone, spans written by hand as the newest conventions have them: an agent, its call, its tool, a query, and log records."""

import json
import sys

from opentelemetry import context, trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

url, key, session = sys.argv[1:4]
headers = {"Authorization": "Bearer " + key}
resource = Resource.create({"service.name": "salon-bot", "letopis.channel": "telegram"})
spans = TracerProvider(resource=resource)
spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(url + "/v1/traces", headers=headers, compression=Compression.Gzip)))
logs = LoggerProvider(resource=resource)
logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(url + "/v1/logs", headers=headers)))
tracer = spans.get_tracer("salon", "1.0")

usage = {"gen_ai.usage.input_tokens": 20, "gen_ai.usage.output_tokens": 9}
asked = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Запишите меня"}]}], ensure_ascii=False)
with tracer.start_as_current_span("invoke_agent booking") as agent:
    agent.set_attributes({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "booking", "gen_ai.conversation.id": session, "user.id": "client-1", **usage})
    with tracer.start_as_current_span("SELECT", attributes={"db.system": "sqlite"}):
        pass
    call = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o-mini", "gen_ai.input.messages": asked}
    with tracer.start_as_current_span("chat gpt-4o-mini", attributes={**call, **usage, "gen_ai.response.finish_reasons": ["stop"]}):
        logger = logs.get_logger("salon")
        judged = {"gen_ai.evaluation.name": "вежливость", "gen_ai.evaluation.score.value": 0.9, "gen_ai.conversation.id": session}
        logger.emit(LogRecord(event_name="gen_ai.evaluation.result", attributes=judged, severity_number=SeverityNumber.INFO, context=context.get_current()))
        logger.emit(LogRecord(body="nothing about an assistant", context=context.get_current()))
    with tracer.start_as_current_span("execute_tool create_booking") as tool:
        tool.set_attributes({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "create_booking", "gen_ai.tool.call.arguments": '{"at":"15:00"}'})
assert spans.force_flush() and logs.force_flush(), "the exporter could not deliver"
spans.shutdown()
logs.shutdown()
