// What the config says of PostgreSQL, in the words of the room postgres.
#pragma once

#include "config/config.h"
#include "postgres/target.h"

namespace costmill {

inline PostgresSettings postgres_settings(const PostgresConfig& config) {
  return {.password = config.password,
          .sslmode = config.sslmode,
          .schema = config.schema,
          .lock_timeout_seconds = config.lock_timeout_seconds,
          .statement_timeout_seconds = config.statement_timeout_seconds};
}

}  // namespace costmill
