// Command shop is what the tests run in pods: a server that says its name, and a probe that says whether a port is open.
//
//	shop NAME PORT          serves HTTP on PORT and answers NAME
//	shop listen PORT/PROTO… answers what it is sent, TCP or UDP, on each
//	shop probe TARGET…      HOST:PORT or udp/HOST:PORT, all at once; a line for each: open, refused or timeout
//	shop resolve NAME       its addresses
//	shop pause              waits
package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

const patience = 1500 * time.Millisecond

func main() {
	if len(os.Args) < 2 {
		os.Exit(2)
	}
	switch os.Args[1] {
	case "pause":
		untilStopped()
	case "listen":
		for _, place := range os.Args[2:] {
			listen(place)
		}
		untilStopped()
	case "probe":
		probeAll(os.Args[2:])
	case "resolve":
		addresses, err := net.LookupHost(os.Args[2])
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		for _, address := range addresses {
			fmt.Println(address)
		}
	default:
		serve(os.Args[1], os.Args[2])
	}
}

func probeAll(targets []string) {
	answers := make([]string, len(targets))
	var all sync.WaitGroup
	for i, target := range targets {
		all.Add(1)
		go func() {
			defer all.Done()
			if host, isUDP := strings.CutPrefix(target, "udp/"); isUDP {
				answers[i] = probeUDP(host)
			} else {
				answers[i] = probeTCP(target)
			}
		}()
	}
	all.Wait()
	for i, target := range targets {
		fmt.Println(target, answers[i])
	}
}

func probeTCP(target string) string {
	connection, err := net.DialTimeout("tcp", target, patience)
	if err == nil {
		connection.Close()
		return "open"
	}
	return failure(err)
}

// Nothing comes back from a port that is open and silent, so `listen` answers. A packet may be lost: it is sent three times.
func probeUDP(target string) string {
	connection, err := net.Dial("udp", target)
	if err != nil {
		return failure(err)
	}
	defer connection.Close()
	answer := make([]byte, 16)
	for range 3 {
		if _, err = connection.Write([]byte("?")); err == nil {
			connection.SetReadDeadline(time.Now().Add(patience / 3))
			if _, err = connection.Read(answer); err == nil {
				return "open"
			}
		}
		if failure(err) != "timeout" {
			break
		}
	}
	return failure(err)
}

func failure(err error) string {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return "timeout"
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return "refused"
	}
	return "failed"
}

func listen(place string) {
	port, protocol, _ := strings.Cut(place, "/")
	var err error
	if protocol == "UDP" {
		var connection net.PacketConn
		if connection, err = net.ListenPacket("udp", ":"+port); err == nil {
			go echo(connection)
		}
	} else {
		var listener net.Listener
		if listener, err = net.Listen("tcp", ":"+port); err == nil {
			go accept(listener)
		}
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func accept(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err == nil {
			connection.Close()
		}
	}
}

func echo(connection net.PacketConn) {
	packet := make([]byte, 1500)
	for {
		n, from, err := connection.ReadFrom(packet)
		if err == nil {
			connection.WriteTo(packet[:n], from)
		}
	}
}

func serve(name, port string) {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, name) })
	go func() {
		untilStopped()
		os.Exit(0)
	}()
	fmt.Println(http.ListenAndServe(":"+port, nil))
	os.Exit(1)
}

// As process 1 it has no default action for a signal.
func untilStopped() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	<-stop
}
