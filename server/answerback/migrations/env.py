"""Alembic's environment: the address comes from `migrate()`, never from a file."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.ext.asyncio import create_async_engine


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, transactional_ddl=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def _migrate_postgres(url: str) -> None:
    engine = create_async_engine(url, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


url = context.config.get_main_option("sqlalchemy.url") or ""
if url.startswith("sqlite"):
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        _migrate(connection)
        connection.commit()
    engine.dispose()
else:
    asyncio.run(_migrate_postgres(url.replace("postgresql://", "postgresql+asyncpg://", 1)))
