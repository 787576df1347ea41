FROM python:3.11-slim
RUN pip install --no-cache-dir uv && useradd --create-home advisor && mkdir /data && chown advisor /data
WORKDIR /app
COPY --chown=advisor . .
RUN uv sync --frozen --no-dev --compile-bytecode && chown -R advisor /app
USER advisor
ENV ADVISOR_DATA_DIR=/data
VOLUME /data
EXPOSE 8000
# Migrates, trains when the texts changed, then serves.
CMD ["uv", "run", "--no-sync", "advisor", "serve", "--host", "0.0.0.0"]
