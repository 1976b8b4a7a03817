// Any bytes from a browser's side -> the same requests, and behind the handshake the same messages, in any slicing.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/support/choices.h"
#include "fuzz/support/demand.h"
#include "http/http_request_parser.h"
#include "http/web_socket_handshake.h"
#include "net/web_socket_decoder.h"

namespace wasmqtt {
namespace {

using mqtt::Bytes;
using mqtt::fuzz::demand;

// One connection as the server has it: requests until one opens a WebSocket, then frames.
class Front {
 public:
  explicit Front(bool is_open) : is_web_socket_(is_open) {}

  void feed(Bytes bytes) {
    while (!is_web_socket_ && !is_over_ && !bytes.empty())
      bytes = feed_request(bytes);
    if (is_web_socket_ && !is_over_) feed_frames(bytes);
  }

  // All that has come of the bytes.
  const std::string& transcript() const { return transcript_; }

 private:
  // Answers with what is left for the next request.
  Bytes feed_request(Bytes bytes) {
    std::size_t consumed = 0;
    const auto status = parser_.feed(bytes, consumed);
    demand(consumed <= bytes.size(), "no more is consumed than there is");
    if (status == HttpRequestParser::Status::Failed) {
      const HttpResponse problem = parser_.problem();
      demand(problem.status >= 400 && problem.status < 600, "a problem is an error");
      transcript_ += "problem " + std::to_string(problem.status) + '\n';
      is_over_ = true;
      return {};
    }
    if (status == HttpRequestParser::Status::NeedMore) {
      demand(consumed == bytes.size(), "all is consumed when more is needed");
      return {};
    }
    demand(consumed > 0, "a request has bytes");
    answer(parser_.request());
    parser_.next_request();
    return bytes.subspan(consumed);
  }

  void answer(const HttpRequest& request) {
    transcript_ += request.method + ' ' + request.target + '\n';
    for (const HttpField& field : request.fields)
      transcript_ += field.name + '=' + field.value + '\n';
    if (!wants_web_socket(request)) return;
    const HttpResponse response = answer_web_socket_handshake(request);
    transcript_ += std::to_string(response.status) + '\n';
    is_web_socket_ = response.status == 101;
    if (is_web_socket_) check_handshake(request, response);
  }

  static void check_handshake(const HttpRequest& request, const HttpResponse& response) {
    demand(request.method == "GET" && request.count("Sec-WebSocket-Key") == 1,
           "a WebSocket is opened as RFC 6455 says");
    for (const HttpField& field : response.fields)
      demand(field.value.find_first_of("\r\n") == std::string::npos, "no byte of a request breaks the response");
  }

  void feed_frames(Bytes bytes) {
    decoder_.feed(bytes);
    while (!is_over_) {
      const auto event = decoder_.next();
      if (event == WebSocketDecoder::Event::NeedMore) return;
      note(event, decoder_.data());
    }
  }

  void note(WebSocketDecoder::Event event, Bytes data) {
    using Event = WebSocketDecoder::Event;
    if (event == Event::Payload) {
      demand(!data.empty(), "a payload is not empty");
      transcript_ += mqtt::as_text(data);
      return;
    }
    is_over_ = event == Event::Close || event == Event::Failure;
    transcript_ += '<' + std::to_string(static_cast<int>(event)) + ' ';
    if (is_over_) transcript_ += std::to_string(static_cast<int>(decoder_.close_code()));
    if (event != Event::Failure) {
      demand(data.size() <= 125, "a control frame is small");
      transcript_ += mqtt::as_text(data);
    }
    transcript_ += '>';
  }

  bool is_web_socket_;
  bool is_over_ = false;
  HttpRequestParser parser_;
  WebSocketDecoder decoder_;
  std::string transcript_;
};

std::string transcript(Bytes stream, bool is_open, std::size_t piece_size) {
  Front front(is_open);
  while (!stream.empty()) {
    // Memory of its own, so that a read behind its end is seen.
    const Bytes piece = stream.first(std::min(piece_size, stream.size()));
    const std::vector<std::uint8_t> fed(piece.begin(), piece.end());
    front.feed(fed);
    stream = stream.subspan(piece.size());
  }
  return front.transcript();
}

}  // namespace
}  // namespace wasmqtt

// The first byte chooses where the stream begins, before or behind the handshake, and the slicing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const mqtt::Bytes stream(data + 1, size - 1);
  const bool is_open = data[0] % 2 != 0;
  const std::size_t piece_size = 1U + data[0] / 2 % 16;
  mqtt::fuzz::demand(
      wasmqtt::transcript(stream, is_open, stream.size()) == wasmqtt::transcript(stream, is_open, piece_size),
      "any slicing gives the same");
  return 0;
}
