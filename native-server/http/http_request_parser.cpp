// The callbacks of http-parser, and limits on what a request may bring.
#include "http/http_request_parser.h"

#include <algorithm>

namespace wasmqtt {

HttpRequestParser::HttpRequestParser() {
  next_request();
}

void HttpRequestParser::next_request() {
  http_parser_init(&parser_, HTTP_REQUEST);
  parser_.data = this;
  request_ = {};
  fields_size_ = 0;
  body_size_ = 0;
  inside_request_ = false;
  value_began_ = false;
  complete_ = false;
}

const http_parser_settings& HttpRequestParser::settings() {
  static const http_parser_settings kSettings = [] {
    http_parser_settings settings{};
    settings.on_url = &HttpRequestParser::on_target;
    settings.on_header_field = &HttpRequestParser::on_field_name;
    settings.on_header_value = &HttpRequestParser::on_field_value;
    settings.on_headers_complete = &HttpRequestParser::on_fields_complete;
    settings.on_body = &HttpRequestParser::on_body;
    settings.on_message_complete = &HttpRequestParser::on_complete;
    return settings;
  }();
  return kSettings;
}

HttpRequestParser::Status HttpRequestParser::feed(mqtt::Bytes bytes, std::size_t& consumed) {
  std::string_view text = mqtt::as_text(bytes);
  // http-parser takes only blanks for the optional white space around the elements of some fields [RFC9110 5.6.3]; it
  // refuses a Content-Length with a tab behind it. Nothing that is read here means a tab.
  std::string without_tabs;
  if (text.find('\t') != text.npos) {
    without_tabs = text;
    std::replace(without_tabs.begin(), without_tabs.end(), '\t', ' ');
    text = without_tabs;
  }
  if (text.find_first_not_of("\r\n") != text.npos) inside_request_ = true;
  consumed = http_parser_execute(&parser_, &settings(), text.data(), text.size());
  if (complete_) return Status::Complete;
  return HTTP_PARSER_ERRNO(&parser_) == HPE_OK ? Status::NeedMore : Status::Failed;
}

int HttpRequestParser::fail(int status, const char* sentence) {
  problem_status_ = status;
  problem_sentence_ = sentence;
  return -1;  // an error from every callback; 1 would mean something else behind the headers
}

int HttpRequestParser::on_target(http_parser* parser, const char* at, std::size_t length) {
  HttpRequestParser& me = self(parser);
  if (me.request_.target.size() + length > kMaximumTargetSize)
    return me.fail(414, "The address in this request is too long.");
  me.request_.target.append(at, length);
  return 0;
}

bool HttpRequestParser::add_to_fields(std::string& text, const char* at, std::size_t length) {
  fields_size_ += length;
  if (fields_size_ > kMaximumFieldsSize) return false;
  text.append(at, length);
  return true;
}

int HttpRequestParser::on_field_name(http_parser* parser, const char* at, std::size_t length) {
  HttpRequestParser& me = self(parser);
  if (me.request_.fields.empty() || me.value_began_) me.request_.fields.emplace_back();
  me.value_began_ = false;
  const bool fits = me.add_to_fields(me.request_.fields.back().name, at, length);
  return fits ? 0 : me.fail(431, "The header fields of this request are too large.");
}

int HttpRequestParser::on_field_value(http_parser* parser, const char* at, std::size_t length) {
  HttpRequestParser& me = self(parser);
  me.value_began_ = true;
  const bool fits = me.add_to_fields(me.request_.fields.back().value, at, length);
  return fits ? 0 : me.fail(431, "The header fields of this request are too large.");
}

int HttpRequestParser::on_fields_complete(http_parser* parser) {
  HttpRequestParser& me = self(parser);
  if (parser->http_major != 1) return me.fail(505, "This server speaks HTTP/1.1 and HTTP/1.0.");
  me.request_.method = http_method_str(static_cast<http_method>(parser->method));
  me.request_.is_http_1_1 = parser->http_minor >= 1;
  me.trim_fields();
  const std::string connection = me.request_.field("Connection").value_or("");
  me.request_.keep_alive =
      me.request_.is_http_1_1 ? !has_token(connection, "close") : has_token(connection, "keep-alive");  // [RFC9112 9.3]
  me.request_.upgrade = has_token(connection, "upgrade") && me.request_.count("Upgrade") > 0;
  // [RFC9112 3.2]
  const std::size_t hosts = me.request_.count("Host");
  if (hosts > 1 || (hosts == 0 && me.request_.is_http_1_1)) {
    return me.fail(400, "A request needs exactly one Host header field.");
  }
  return 0;
}

void HttpRequestParser::trim_fields() {
  for (HttpField& field : request_.fields)
    field.value = std::string(trimmed(field.value));
}

int HttpRequestParser::on_body(http_parser* parser, const char*, std::size_t length) {
  HttpRequestParser& me = self(parser);
  me.body_size_ += length;
  return me.body_size_ <= kMaximumIgnoredBody ? 0 : me.fail(413, "This server takes no request bodies.");
}

// Pausing ends http_parser_execute() here, so that a pipelined request stays unread until this one is answered.
int HttpRequestParser::on_complete(http_parser* parser) {
  self(parser).complete_ = true;
  http_parser_pause(parser, 1);
  return 0;
}

HttpResponse HttpRequestParser::problem() const {
  if (problem_sentence_ != nullptr) return http_problem(problem_status_, problem_sentence_);
  const http_errno number = HTTP_PARSER_ERRNO(&parser_);
  if (number == HPE_HEADER_OVERFLOW) return http_problem(431, "The header fields of this request are too large.");
  return http_problem(400, "This is not a valid HTTP request: " + std::string(http_errno_description(number)) + ".");
}

}  // namespace wasmqtt
