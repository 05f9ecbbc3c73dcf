// What PostgreSQL's failures mean here: a kind of error, and what to do next.
#pragma once

#include <string>
#include <string_view>

#include "postgres/connection.h"

namespace costmill {

// sqlstate: five characters, or empty if no connection was made. text: what the server or libpq said.
PostgresError postgres_error(std::string_view sqlstate, std::string_view text, const PostgresTarget& target);
// A connection that was there and is not any more.
PostgresError lost_connection_error(std::string_view text, const PostgresTarget& target);

}  // namespace costmill
