// The socket types that the server uses, without Asio's type-erased executor, and endpoints as text for a log.
#pragma once

#include <string>

#include <asio/basic_socket_acceptor.hpp>
#include <asio/basic_stream_socket.hpp>
#include <asio/basic_waitable_timer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

namespace wasmqtt {

using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
using TcpAcceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                         asio::io_context::executor_type>;
using TcpEndpoint = asio::ip::tcp::endpoint;

// "127.0.0.1:1883", "[::1]:1883".
std::string endpoint_text(const TcpEndpoint& endpoint);

}  // namespace wasmqtt
