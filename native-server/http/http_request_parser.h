// Bytes in any slicing -> one HTTP/1.1 request after the other; http-parser takes them apart.
#pragma once

#include <http_parser.h>

#include <cstddef>
#include <string>

#include "http/http_message.h"
#include "mqtt/base/bytes.h"

namespace wasmqtt {

inline constexpr std::size_t kMaximumTargetSize = 8 * 1024;
inline constexpr std::size_t kMaximumFieldsSize = 16 * 1024;
// A body is read past and ignored: nothing here takes one.
inline constexpr std::size_t kMaximumIgnoredBody = 64 * 1024;

class HttpRequestParser {
 public:
  enum class Status { NeedMore, Complete, Failed };

  HttpRequestParser();
  HttpRequestParser(const HttpRequestParser&) = delete;
  HttpRequestParser& operator=(const HttpRequestParser&) = delete;

  // Takes bytes up to the end of the request that they complete and sets `consumed` to their number. After Complete
  // call next_request() before feeding the rest; after Failed feed nothing more.
  Status feed(mqtt::Bytes bytes, std::size_t& consumed);
  void next_request();

  // Complete after Status::Complete.
  const HttpRequest& request() const { return request_; }
  // True when bytes of a request came whose end has not.
  bool is_inside_request() const { return inside_request_; }
  // After Failed: what to answer.
  HttpResponse problem() const;

 private:
  static HttpRequestParser& self(http_parser* parser) { return *static_cast<HttpRequestParser*>(parser->data); }
  static int on_target(http_parser* parser, const char* at, std::size_t length);
  static int on_field_name(http_parser* parser, const char* at, std::size_t length);
  static int on_field_value(http_parser* parser, const char* at, std::size_t length);
  static int on_fields_complete(http_parser* parser);
  static int on_body(http_parser* parser, const char* at, std::size_t length);
  static int on_complete(http_parser* parser);
  static const http_parser_settings& settings();

  void trim_fields();
  bool add_to_fields(std::string& text, const char* at, std::size_t length);
  int fail(int status, const char* sentence);

  http_parser parser_{};
  HttpRequest request_;
  std::size_t fields_size_ = 0;
  std::size_t body_size_ = 0;
  int problem_status_ = 400;
  const char* problem_sentence_ = nullptr;  // nullptr: the words of http-parser
  bool inside_request_ = false;
  bool value_began_ = false;
  bool complete_ = false;
};

}  // namespace wasmqtt
