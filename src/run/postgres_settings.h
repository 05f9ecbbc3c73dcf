// What the config says of PostgreSQL, in the words of the room postgres.
#pragma once

#include "config/config.h"
#include "postgres/target.h"

namespace costmill {

inline PostgresSettings postgres_settings(const Config& config) {
  return {.password = config.postgres.password,
          .sslmode = config.postgres.sslmode,
          .schema = config.postgres.schema,
          .lock_timeout_seconds = config.postgres.lock_timeout_seconds,
          .statement_timeout_seconds = config.postgres.statement_timeout_seconds};
}

}  // namespace costmill
