// The C library's calendar; the program never leaves the "C" locale, so the names are English.
#include "http/http_date.h"

#include <array>

namespace wasmqtt {
namespace {

constexpr const char* kFormat = "%a, %d %b %Y %H:%M:%S GMT";

}  // namespace

std::string http_date(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), kFormat, &parts)};
}

std::optional<std::time_t> parse_http_date(const std::string& text) {
  std::tm parts{};
  const char* const end = strptime(text.c_str(), kFormat, &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return timegm(&parts);
}

}  // namespace wasmqtt
