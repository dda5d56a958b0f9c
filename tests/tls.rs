//! A server whose certificate nobody vouches for gets nothing: no setting of ours or of the environment switches that off.

#![cfg(feature = "http")]
#![expect(clippy::unwrap_used, reason = "a test")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use observe::{Config, observe};
use rcgen::CertifiedKey;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, Stream};

#[observe]
fn work(n: u8) -> u8 {
    n
}

/// A server on loopback with a certificate of its own making: its address, that certificate, and how each connection ended.
fn server() -> (String, CertificateDer<'static>, Receiver<Result<(), String>>) {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("localhost:{}", listener.local_addr().unwrap().port());
    let (ends, ended) = channel();
    std::thread::spawn(move || {
        for tcp in listener.incoming() {
            let _ = ends.send(answer(tcp.unwrap(), config.clone()).map_err(|error| error.to_string()));
        }
    });
    (address, cert.der().clone(), ended)
}

fn answer(mut tcp: TcpStream, config: Arc<ServerConfig>) -> std::io::Result<()> {
    let mut tls = ServerConnection::new(config).unwrap();
    let mut stream = Stream::new(&mut tls, &mut tcp);
    stream.read_exact(&mut [0; 4])?;
    stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}")?;
    stream.flush()
}

#[test]
fn a_server_that_nobody_vouches_for_gets_nothing() {
    let (address, certificate, ended) = server();
    let config = Config::new().without_environment().langfuse("pk-lf-1", "sk-lf-1");
    let guard = config.base_url(format!("https://{address}")).init().unwrap();
    work(1);
    let stats = observe::flush(Duration::from_secs(2));
    assert_eq!((stats.recorded, stats.delivered, stats.pending), (1, 0, 1), "{stats}");
    let refused = ended.recv_timeout(Duration::from_secs(30)).unwrap();
    assert!(refused.as_ref().is_err_and(|error| error.contains("UnknownCA")), "{refused:?}");
    drop(guard.shutdown(Duration::from_millis(100)));
    while ended.try_recv().is_ok() {}

    // It is the certificate alone: who trusts it gets an answer.
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut tls = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
    let mut tcp = TcpStream::connect(&address).unwrap();
    let mut stream = Stream::new(&mut tls, &mut tcp);
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
}
