#include "run/open_reader.h"

#include "config/resolve.h"
#include "postgres/target.h"
#include "run/postgres_settings.h"

namespace costmill {

std::unique_ptr<SinkReader> open_reader(const std::string& uri, const Settings& settings) {
  if (!is_postgres_uri(uri)) return open_sink_reader(uri);
  return open_sink_reader(uri, postgres_settings(resolve_postgres(settings)));
}

}  // namespace costmill
