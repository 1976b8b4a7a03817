// HTTP/1.1 requests and responses as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasmqtt {

struct HttpField {
  std::string name;
  std::string value;  // of a request that was parsed: without white space around it
};

struct HttpRequest {
  std::string method;  // "GET"
  std::string target;  // as it stood in the request line
  std::vector<HttpField> fields;
  bool is_http_1_1 = true;  // else 1.0
  bool keep_alive = true;   // what the client asked for, or its version's default
  bool upgrade = false;     // Connection: upgrade, with an Upgrade field

  // All values of a field, which may stand several times, joined by commas [RFC9110 5.3]; nullopt when it is missing.
  std::optional<std::string> field(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

// Owns an open file descriptor.
class OpenDescriptor {
 public:
  OpenDescriptor() = default;
  explicit OpenDescriptor(int descriptor) : descriptor_(descriptor) {}
  OpenDescriptor(OpenDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  OpenDescriptor& operator=(OpenDescriptor&& other) noexcept;
  ~OpenDescriptor();

  int descriptor() const { return descriptor_; }  // -1: none

 private:
  int descriptor_ = -1;
};

struct HttpResponse {
  int status = 200;
  std::vector<HttpField> fields;
  std::string body;
  OpenDescriptor file;  // its first `file_size` bytes, instead of the body
  std::uint64_t file_size = 0;
};

// A response whose body is `sentence`, for a person to read.
HttpResponse http_problem(int status, std::string_view sentence);

// "Not Found".
std::string_view http_reason_phrase(int status);

// ASCII letters only, as the names and tokens of HTTP want it.
bool equals_ignoring_case(std::string_view a, std::string_view b);

// Without the optional white space around it. [RFC9110 5.6.3]
std::string_view trimmed(std::string_view text);

// The elements of a comma-separated list, without the blanks around them; empty ones are left out. [RFC9110 5.6.1]
std::vector<std::string_view> list_elements(std::string_view list);

// Whether `list` holds `token`, in upper or lower case.
bool has_token(std::string_view list, std::string_view token);

}  // namespace wasmqtt
