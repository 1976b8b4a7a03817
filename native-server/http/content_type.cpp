// The types of what a web page consists of; browsers refuse modules and streamed WebAssembly under a wrong one.
#include "http/content_type.h"

#include <algorithm>
#include <array>

#include "http/http_message.h"

namespace wasmqtt {
namespace {

struct KnownType {
  std::string_view extension;
  std::string_view type;
};

constexpr std::array<KnownType, 23> kKnownTypes{{
    {"html", "text/html; charset=utf-8"},
    {"htm", "text/html; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"cjs", "text/javascript; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"json", "application/json"},
    {"map", "application/json"},
    {"webmanifest", "application/manifest+json"},
    {"txt", "text/plain; charset=utf-8"},
    {"md", "text/markdown; charset=utf-8"},
    {"xml", "text/xml; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"svg", "image/svg+xml"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"avif", "image/avif"},
    {"ico", "image/x-icon"},
    {"woff2", "font/woff2"},
}};

}  // namespace

std::string_view content_type(std::string_view path) {
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  const auto dot = name.find_last_of('.');
  const std::string_view extension = dot == name.npos ? std::string_view() : name.substr(dot + 1);
  const auto* const known = std::find_if(kKnownTypes.begin(), kKnownTypes.end(), [&](const KnownType& type) {
    return equals_ignoring_case(type.extension, extension);
  });
  return known == kKnownTypes.end() ? "application/octet-stream" : known->type;
}

}  // namespace wasmqtt
