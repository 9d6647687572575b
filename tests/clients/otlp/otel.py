"""A tracer and a logger that export to Letopis, as the environment of an instrumented program would set them up."""

from opentelemetry import _logs, trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def start(url, key, service):
    """Gives a function that delivers everything, or fails."""
    headers = {"Authorization": "Bearer " + key}
    resource = Resource.create({"service.name": service})
    spans, logs = TracerProvider(resource=resource), LoggerProvider(resource=resource)
    spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(url + "/v1/traces", headers=headers)))
    logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(url + "/v1/logs", headers=headers)))
    trace.set_tracer_provider(spans)
    _logs.set_logger_provider(logs)

    def finish():
        assert spans.force_flush() and logs.force_flush(), "the exporter could not deliver"
        spans.shutdown()
        logs.shutdown()

    return finish
