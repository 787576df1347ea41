FROM python:3.11-slim
RUN pip install --no-cache-dir "uv>=0.9,<1" \
    && useradd --uid 10001 --create-home advisor \
    && install --directory --owner=advisor --mode=0700 /data
WORKDIR /app
# The libraries first: they change less often than the advisor.
COPY pyproject.toml uv.lock README.md .python-version ./
RUN uv sync --frozen --no-dev --no-install-project --compile-bytecode
COPY . .
ENV PATH=/app/.venv/bin:$PATH \
    ADVISOR_DATA_DIR=/data \
    ADVISOR_MODELS_DIR=/app/models \
    MPLCONFIGDIR=/tmp/matplotlib
# The model is made here, so that a replica needs neither minutes for a start nor a place to keep one.
RUN uv sync --frozen --no-dev && python -m compileall -q bot knowledge nlu dialogues && advisor train && rm -rf /data/*
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
# Migrates, then serves. No shell in between: SIGTERM must reach the advisor.
CMD ["advisor", "serve", "--host", "0.0.0.0"]
