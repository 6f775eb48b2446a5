# escape=`
# a comment
FROM mcr.example.com/windows/servercore:ltsc2025 AS Core
SHELL ["powershell", "-Command", "$ErrorActionPreference = Stop;"]
WORKDIR C:\app\
COPY dist\*.exe C:\app\
RUN Invoke-WebRequest -Uri "https://example.com/a.msi" `
      -OutFile a.msi; `
    # then install
    Start-Process msiexec -Wait
ENV ROOT=C:\app NAME="a `"quoted`" b" C=d` e
ENTRYPOINT ["C:\\app\\app.exe"]
