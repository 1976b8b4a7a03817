// Looks up what stands in a message, and words the refusals.
#include "http/http_message.h"

#include <http_parser.h>
#include <unistd.h>

#include <algorithm>

namespace wasmqtt {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

std::optional<std::string> HttpRequest::field(std::string_view name) const {
  std::optional<std::string> joined;
  for (const HttpField& field : fields) {
    if (!equals_ignoring_case(field.name, name)) continue;
    if (joined) {
      *joined += ", " + field.value;
    } else {
      joined = field.value;
    }
  }
  return joined;
}

std::size_t HttpRequest::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(), [&](const HttpField& field) { return equals_ignoring_case(field.name, name); }));
}

OpenDescriptor& OpenDescriptor::operator=(OpenDescriptor&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

OpenDescriptor::~OpenDescriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

HttpResponse http_problem(int status, std::string_view sentence) {
  HttpResponse response;
  response.status = status;
  response.fields.push_back({"Content-Type", "text/plain; charset=utf-8"});
  response.body = std::string(sentence) + "\n";
  return response;
}

std::string_view http_reason_phrase(int status) {
  return http_status_str(static_cast<http_status>(status));
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::vector<std::string_view> list_elements(std::string_view list) {
  std::vector<std::string_view> elements;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    const std::string_view element = trimmed(list.substr(0, comma));
    if (!element.empty()) elements.push_back(element);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return elements;
}

bool has_token(std::string_view list, std::string_view token) {
  const auto elements = list_elements(list);
  return std::any_of(elements.begin(), elements.end(),
                     [&](std::string_view element) { return equals_ignoring_case(element, token); });
}

}  // namespace wasmqtt
