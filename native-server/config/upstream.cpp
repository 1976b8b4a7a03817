// Takes an upstream's address apart by hand: five rules, each with a sentence of its own.
#include "config/upstream.h"

#include <spdlog/fmt/fmt.h>

#include <charconv>

namespace wasmqtt {
namespace {

std::string wrong(std::string_view text, std::string_view what) {
  return fmt::format("'{}' {}; write it like mqtt://localhost:1883", text, what);
}

}  // namespace

std::string Upstream::text() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("mqtt://[{}]:{}", host, port) : fmt::format("mqtt://{}:{}", host, port);
}

std::variant<Upstream, std::string> parse_upstream(std::string_view text) {
  constexpr std::string_view kScheme = "mqtt://";
  if (!text.starts_with(kScheme))
    return wrong(text, "does not begin with mqtt://, and MQTT over TCP is all that an upstream can speak");
  std::string_view rest = text.substr(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#@") != rest.npos) return wrong(text, "holds more than a host and a port");

  Upstream upstream;
  if (rest.starts_with('[')) {
    const auto bracket = rest.find(']');
    if (bracket == rest.npos) return wrong(text, "has a '[' without its ']'");
    upstream.host = rest.substr(1, bracket - 1);
    rest.remove_prefix(bracket + 1);
  } else {
    upstream.host = rest.substr(0, rest.find(':'));
    rest.remove_prefix(upstream.host.size());
  }
  if (upstream.host.empty()) return wrong(text, "names no host");
  if (rest.empty()) return upstream;
  if (!rest.starts_with(':')) return wrong(text, "has something other than a port behind its host");
  rest.remove_prefix(1);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), upstream.port);
  if (error != std::errc() || end != rest.data() + rest.size() || upstream.port == 0) {
    return wrong(text, "has a port that is not a number from 1 to 65535");
  }
  return upstream;
}

}  // namespace wasmqtt
