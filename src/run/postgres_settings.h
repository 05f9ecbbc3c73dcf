// What the config says of PostgreSQL, in the words of the room postgres.
#pragma once

#include "config/config.h"
#include "postgres/target.h"

namespace costmill {

inline PostgresSettings postgres_settings(const Config& config) { return {.schema = config.org_id}; }

}  // namespace costmill
