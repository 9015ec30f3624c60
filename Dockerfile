# One image for web, worker, beat and migrations; docker-compose.yml says which it is.
FROM python:3.13-slim-trixie AS build
WORKDIR /app
COPY requirements-uv.txt requirements-image.txt ./
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements-uv.txt \
    && /venv/bin/uv pip install --no-cache --python /venv/bin/python \
        --require-hashes -r requirements-image.txt \
    && /venv/bin/pip uninstall --yes uv

FROM python:3.13-slim-trixie
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    STATIC_ROOT=/app/static
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin crestpath
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
# Settings want every variable; collecting static files uses none of these.
RUN SECRET_KEY=unused LINK_KEY=unused DATABASE_URL=postgresql:///unused \
    python manage.py collectstatic --noinput
# A new volume takes over whose folder it covers.
RUN mkdir /installation && chown 10001 /installation
USER 10001
EXPOSE 8000
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "8", \
     "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
